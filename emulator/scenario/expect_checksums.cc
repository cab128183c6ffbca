#include <map>

#include "emulator/scenario/checksums.hh"
#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"

namespace lvslab::scenario {

Verdict judge(const Study& study, const topology::ExpectChecksums&) {
  std::map<std::string_view, size_t> verified;
  size_t wrong = 0;
  Misses misses;
  for (size_t i = 0; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    std::vector<std::string> why;
    for (const Sum& sum : sums_of(frame.layers, frame.sighting->partial_checksum)) {
      if (!sum.judged) continue;
      ++verified[sum.of];
      if (sum.right) continue;
      ++wrong;
      why.push_back(sum.to_string());
    }
    if (!why.empty()) misses.add(i, std::move(why));
  }
  std::vector<std::string> items;
  for (const auto& [of, count] : verified)
    items.push_back(std::to_string(count) + " " + std::string(of));
  const std::string found = items.empty()
                                ? "no checksum was seen"
                                : "in " + count_of(study.frames().size(), "frame") + ": " +
                                      joined(items, ", ") + "; " + std::to_string(wrong) + " wrong";
  if (!items.empty() && wrong == 0) return pass(found);
  return fail(study, "every IP, TCP, UDP and ICMP checksum is right", found, misses);
}

}  // namespace lvslab::scenario
