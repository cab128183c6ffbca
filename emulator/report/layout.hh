#pragma once
// Columns and line breaks of plain text, shared by drawing and text. Lengths are in columns of a
// terminal (unicode.hh), not in bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lvslab::report {

// `text` with blanks after it up to `width` columns; longer text stays as it is.
std::string padded_to(std::string_view text, size_t width);
std::string repeated(std::string_view text, size_t times);

// Breaks `text` at blanks into lines of at most `width` columns (at least 1); a word that is longer
// is cut. Never empty: no text is one empty line.
std::vector<std::string> wrapped(std::string_view text, size_t width);

// Lines of `text` as it is broken by its own '\n'; a last empty one is left out.
std::vector<std::string> lines_of(std::string_view text);

// The items that are not empty, with `between` between them.
std::string joined(const std::vector<std::string>& items, std::string_view between);

// 1.234 with `decimals` digits, independent of the locale.
std::string fixed(double value, int decimals);

// "1 check", "14 checks"
std::string counted(uint64_t count, std::string_view thing);

}  // namespace lvslab::report
