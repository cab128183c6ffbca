#include "emulator/ipvs/language.hh"

#include <algorithm>
#include <array>

namespace lvslab::ipvs {

namespace {

constexpr std::array<std::string_view, 15> kSchedulers = {"rr",    "wrr", "lc", "wlc",  "lblc",
                                                          "lblcr", "dh",  "sh", "sed",  "nq",
                                                          "fo",    "ovf", "mh", "twos", "none"};
static_assert(kSchedulers.size() == static_cast<size_t>(Scheduler::none) + 1,
              "one name for each Scheduler, in its order");

// Edits (insert, delete, replace, swap of neighbours) that make one word the other.
size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> edits(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        edits[i][j] = i + j;
        continue;
      }
      const size_t replaced = edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      edits[i][j] = std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
    }
  }
  return edits[a.size()][b.size()];
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace

std::string_view name_of(Scheduler scheduler) {
  return kSchedulers[static_cast<size_t>(scheduler)];
}

std::optional<Scheduler> scheduler_named(std::string_view name) {
  const auto found = std::find(kSchedulers.begin(), kSchedulers.end(), name);
  if (found == kSchedulers.end()) return {};
  return static_cast<Scheduler>(found - kSchedulers.begin());
}

std::vector<std::string_view> scheduler_names() {
  return {kSchedulers.begin(), kSchedulers.end()};
}

std::string_view name_of(Method method) {
  constexpr std::array<std::string_view, 3> kNames = {"masquerade", "route", "tunnel"};
  return kNames[static_cast<size_t>(method)];
}

std::string_view name_of(Protocol protocol) {
  if (protocol == Protocol::tcp) return "TCP";
  return protocol == Protocol::udp ? "UDP" : "SCTP";
}

std::optional<std::string_view> nearest(std::string_view written,
                                        const std::vector<std::string_view>& known) {
  constexpr size_t kLongestCompared = 64;  // keeps the table small whatever was written
  if (written.empty() || written.size() > kLongestCompared) return {};
  const std::string meant = lower_case(written);
  for (const auto& name : known)
    if (meant.size() >= 2 && name.substr(0, meant.size()) == meant) return name;
  std::optional<std::string_view> best;
  size_t fewest = 2 + meant.size() / 3;  // less than this is near
  for (const auto& name : known) {
    const size_t edits = edits_between(meant, name);
    if (edits >= fewest || edits >= std::max(name.size(), meant.size())) continue;
    best = name;
    fewest = edits;
  }
  return best;
}

}  // namespace lvslab::ipvs
