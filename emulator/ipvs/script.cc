#include "emulator/ipvs/script.hh"

#include <algorithm>

namespace lvslab::ipvs {

std::optional<std::vector<std::string>> Script::next() {
  constexpr std::string_view kBlanks = " \t\r";
  if (rest_.empty()) return {};
  const size_t newline = rest_.find('\n');
  const std::string_view line = rest_.substr(0, newline);
  rest_.remove_prefix(newline == rest_.npos ? rest_.size() : newline + 1);
  std::vector<std::string> words;
  size_t begin = line.find_first_not_of(kBlanks);
  while (begin != line.npos) {
    const size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    if (const auto word = line.substr(begin, end - begin); word != "ipvsadm")
      words.emplace_back(word);
    begin = line.find_first_not_of(kBlanks, end);
    if (newline == rest_.npos && begin == line.npos && line.size() - end > 1) return {};
  }
  return words;
}

}  // namespace lvslab::ipvs
