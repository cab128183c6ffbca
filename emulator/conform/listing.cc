#include "emulator/conform/listing.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "emulator/ipvs/ipvsadm.hh"
#include "emulator/node/director_rules.hh"

namespace lvslab::conform {

namespace {

template <class Reader>
std::vector<std::string> split(std::string_view text, Reader read) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> parts;
  for (std::string part; read(in, part);) parts.push_back(part);
  return parts;
}

std::vector<std::string> words_of(std::string_view text) {
  return split(text, [](auto& in, auto& word) -> bool { return bool(in >> word); });
}

std::vector<std::string> lines_of(std::string_view text) {
  return split(text, [](auto& in, auto& line) -> bool { return bool(std::getline(in, line)); });
}

bool of_connections(std::string_view options) {
  return options == "-Lnc" || options == "-Lcn";
}

// "01:59" as seconds; -1 for what is no time.
int seconds_of(const std::string& text) {
  int minutes = 0, seconds = 0;
  if (std::sscanf(text.c_str(), "%d:%d", &minutes, &seconds) != 2) return -1;
  return minutes * 60 + seconds;
}

// "TCP 01:59  SYN_SENT ..." without its second word, and that as seconds.
struct ConnectionLine {
  std::string rest;
  int left = -1;
};

ConnectionLine connection_of(const std::string& line) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string::npos ? first : line.find(' ', first + 1);
  if (second == std::string::npos) return {line, -1};
  return {line.substr(0, first) + line.substr(second),
          seconds_of(line.substr(first + 1, second - first - 1))};
}

}  // namespace

std::string list(node::DirectorNode& node, std::string_view options, Time now) {
  node::DirectorRules rules(node, now);
  const auto outcome = ipvs::ipvsadm(words_of(options), "", rules);
  return normalised(outcome.out + outcome.err, options);
}

std::string normalised(std::string_view text, std::string_view options) {
  auto lines = lines_of(text);
  if (of_connections(options))
    std::sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
      const auto x = connection_of(a), y = connection_of(b);
      return x.rest != y.rest ? x.rest < y.rest : x.left < y.left;
    });
  std::string result;
  for (const auto& line : lines) result += line + "\n";
  return result;
}

bool same_listing(std::string_view ours, std::string_view kernels, std::string_view options,
                  Duration late) {
  if (ours == kernels) return true;
  if (!of_connections(options)) return false;
  const auto most = 1 + static_cast<int>(to_seconds(late) + 0.999);
  const auto mine = lines_of(ours), theirs = lines_of(kernels);
  return mine.size() == theirs.size() &&
         std::equal(mine.begin(), mine.end(), theirs.begin(), [&](const auto& a, const auto& b) {
           const auto x = connection_of(a), y = connection_of(b);
           return x.rest == y.rest && std::abs(x.left - y.left) <= most;
         });
}

}  // namespace lvslab::conform
