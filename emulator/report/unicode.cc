#include "emulator/report/unicode.hh"

#include <array>
#include <cstdio>
#include <utility>

namespace lvslab::report {

namespace {
// How many bytes the sequence has that begins with this byte, and the bits of it that count.
struct Lead {
  size_t length;
  uint8_t bits;
  char32_t least;  // smaller values have a shorter form: an overlong sequence is refused
};

Lead lead_of(uint8_t byte) {
  if (byte < 0x80) return {1, 0x7f, 0};
  if ((byte & 0xe0) == 0xc0) return {2, 0x1f, 0x80};
  if ((byte & 0xf0) == 0xe0) return {3, 0x0f, 0x800};
  if ((byte & 0xf8) == 0xf0) return {4, 0x07, 0x10000};
  return {0, 0, 0};
}

bool is_surrogate(char32_t c) {
  return c >= 0xd800 && c <= 0xdfff;
}

bool is_combining(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200d) || (c >= 0xfe00 && c <= 0xfe0f);
}

// Control characters, and those that turn the reading direction or end lines (UAX #9, #14).
bool is_unruly(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string escaped(char32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), c < 0x100 ? "\\x%02x" : "\\u%04x",
                static_cast<unsigned>(c));
  return text.data();
}

constexpr std::array<std::pair<char32_t, char>, 15> kLikes{{{U'┃', '|'},
                                                            {U'│', '|'},
                                                            {U'─', '-'},
                                                            {U'━', '-'},
                                                            {U'╂', '+'},
                                                            {U'●', 'o'},
                                                            {U'→', '>'},
                                                            {U'✓', '+'},
                                                            {U'✗', 'x'},
                                                            {U'·', '.'},
                                                            {U'–', '-'},
                                                            {U'—', '-'},
                                                            {U'…', '.'},
                                                            {U'’', '\''},
                                                            {U'\u00a0', ' '}}};
}  // namespace

char32_t take_code_point(std::string_view& text) {
  const auto byte_at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto lead = lead_of(byte_at(0));
  char32_t value = byte_at(0) & lead.bits;
  bool valid = lead.length != 0 && lead.length <= text.size();
  for (size_t i = 1; valid && i < lead.length; ++i) {
    valid = (byte_at(i) & 0xc0) == 0x80;
    value = value << 6 | (byte_at(i) & 0x3f);
  }
  valid = valid && value >= lead.least && value <= 0x10ffff && !is_surrogate(value);
  text.remove_prefix(valid ? lead.length : 1);
  return valid ? value : kReplacement;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<uint8_t>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

size_t columns(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) count += is_combining(take_code_point(text)) ? 0 : 1;
  return count;
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = take_code_point(text);
    if (is_unruly(c)) {
      out += escaped(c);
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string to_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = take_code_point(text);
    if (is_combining(c)) continue;
    char like = c < 0x80 ? static_cast<char>(c) : '?';
    for (const auto& [character, ascii] : kLikes) {
      if (character == c) like = ascii;
    }
    out += like;
  }
  return out;
}

}  // namespace lvslab::report
