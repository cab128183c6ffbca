#include "emulator/conform/listing.hh"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <vector>

namespace lvslab::conform {

namespace {

constexpr std::string_view kConnections = "IPVS connection entries\n";
constexpr size_t kTitles = 2;  // lines above the connections

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// "TCP 01:59  SYN_RECV    192.0.2.9:1024 ...": what it says, and how long it is to last.
struct Connection {
  std::string rest;
  int left = -1;  // seconds
};

Connection connection_of(const std::string& line) {
  constexpr size_t kExpire = 4, kWidth = 6;
  int minutes = 0, seconds = 0;
  if (line.size() < kExpire + kWidth ||
      std::sscanf(&line[kExpire], "%d:%d", &minutes, &seconds) != 2)
    return {line, -1};
  Connection read{line, minutes * 60 + seconds};
  read.rest.erase(kExpire, kWidth);
  return read;
}

// One that others may hang on: a template, or a control connection of FTP.
bool may_hold_others(const Connection& connection) {
  std::istringstream words(connection.rest);
  std::string protocol, state, client, virtual_end;
  words >> protocol >> state >> client >> virtual_end;
  return client.ends_with(":0") || virtual_end.ends_with(":21");
}

// By how many seconds the kernel's may have longer. Its timers fire late by what its timer wheel
// rounds them up (generate_waits.cc); of one that still holds others a whole minute begins then.
int put_off(const Connection& ours) {
  constexpr int kMinute = 60, kRounded = 6;
  return ours.left <= kMinute && may_hold_others(ours) ? kRounded : 0;
}

}  // namespace

std::string normalised(std::string_view text) {
  if (!text.starts_with(kConnections)) return std::string(text);
  auto lines = lines_of(text);
  std::sort(lines.begin() + static_cast<ptrdiff_t>(std::min(kTitles, lines.size())), lines.end(),
            [](const std::string& a, const std::string& b) {
              const auto x = connection_of(a), y = connection_of(b);
              return x.rest != y.rest ? x.rest < y.rest : x.left < y.left;
            });
  std::string result;
  for (const auto& line : lines) result += line;
  return result;
}

bool same_listing(std::string_view ours, std::string_view kernels, Duration late) {
  if (ours == kernels) return true;
  if (!ours.starts_with(kConnections)) return false;
  const auto most = 1 + static_cast<int>(to_seconds(late) + 0.999);
  const auto mine = lines_of(ours), theirs = lines_of(kernels);
  return mine.size() == theirs.size() &&
         std::equal(mine.begin(), mine.end(), theirs.begin(), [&](const auto& a, const auto& b) {
           const auto x = connection_of(a), y = connection_of(b);
           return x.rest == y.rest && x.left - y.left <= most &&
                  y.left - x.left <= most + put_off(x);
         });
}

}  // namespace lvslab::conform
