#include "emulator/report/layout.hh"

#include <algorithm>
#include <array>
#include <charconv>

#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
// The bytes that the first `width` columns of `text` take.
size_t bytes_of(std::string_view text, size_t width) {
  auto rest = text;
  while (!rest.empty()) {
    auto after = rest;
    take_code_point(after);
    if (columns(text.substr(0, text.size() - after.size())) > width) break;
    rest = after;
  }
  return text.size() - rest.size();
}
}  // namespace

std::string padded_to(std::string_view text, size_t width) {
  std::string out(text);
  const auto have = columns(text);
  if (have < width) out.append(width - have, ' ');
  return out;
}

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  width = std::max<size_t>(width, 1);
  std::vector<std::string> lines;
  while (columns(text) > width) {
    const auto fits = bytes_of(text, width);
    // A blank just behind what fits ends the line too.
    auto end = text.rfind(' ', fits);
    if (end == std::string_view::npos || end == 0) end = fits;
    lines.emplace_back(text.substr(0, end));
    while (lines.back().ends_with(' ')) lines.back().pop_back();
    text.remove_prefix(end);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  std::string out;
  for (const auto& item : items) {
    if (item.empty()) continue;
    if (!out.empty()) out += between;
    out += item;
  }
  return out;
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::fixed, decimals);
  return error == std::errc() ? std::string(text.data(), end) : "?";
}

std::string counted(uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

}  // namespace lvslab::report
