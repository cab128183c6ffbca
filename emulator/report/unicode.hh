#pragma once
// Text of unknown origin made fit for its reader. Host names, program output and comments end up on
// terminals and in XML; frames may have put anything into them.

#include <cstdint>
#include <string>
#include <string_view>

namespace lvslab::report {

inline constexpr char32_t kReplacement = 0xfffd;

// Takes the first code point off `text`, which is not empty. What is not UTF-8 (RFC 3629) is
// taken a byte at a time as U+FFFD.
char32_t take_code_point(std::string_view& text);
void append_utf8(std::string& out, char32_t code_point);

// Columns on a terminal: one for each code point that is not combining. East Asian wide characters
// count as one.
size_t columns(std::string_view text);

// On one line and without effect on a terminal: control characters (C0, DEL, C1) and the Unicode
// ones that reorder or break lines become "\n", "\t", "\x1b", "\u202e".
std::string visible(std::string_view text);

// Every character ASCII: lines, arrows and marks as their likes, others as '?'; as many columns.
std::string to_ascii(std::string_view text);

}  // namespace lvslab::report
