#include <algorithm>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/ports.hh"
#include "emulator/scenario/values.hh"

namespace lvslab::scenario {

namespace {

struct Look {
  std::vector<size_t> matching;
  Misses near;  // share at least one field with what is looked for
  size_t looked_at = 0;
};

// Some of what is looked for; of a single field, at least that the frame has it.
bool is_near(const Observation& frame, const std::vector<topology::FieldMatch>& match,
             size_t faults) {
  if (match.size() > 1) return faults < match.size();
  return !match.empty() && Decoded(frame.layers).field(match.front().field).has_value();
}

Look look(const Study& study, const topology::ExpectSeen& expected) {
  const PortSelector selector(expected.at);
  Look result;
  for (size_t i = 0; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    const bool sent = frame.sighting->direction == fabric::Direction::sent;
    if (expected.sent && *expected.sent != sent) continue;
    if (!selector.matches(study, study.port(frame), exchange_of(study, frame))) continue;
    ++result.looked_at;
    auto why = mismatches(study, expected.match, frame);
    if (why.empty())
      result.matching.push_back(i);
    else if (is_near(frame, expected.match, why.size()))
      result.near.add(i, std::move(why));
  }
  result.near.nearest_first();
  return result;
}

// A bound of the file: "none", "at least 2", "exactly 3", "2 to 5", "at most 4".
std::string bounds(const topology::ExpectSeen& expected) {
  const std::string least = std::to_string(expected.least), most = std::to_string(expected.most);
  if (expected.most == 0) return "no frame";
  if (expected.most == UINT32_MAX) return "at least " + count_of(expected.least, "frame");
  if (expected.least == expected.most) return "exactly " + count_of(expected.least, "frame");
  if (expected.least == 0) return "at most " + count_of(expected.most, "frame");
  return least + " to " + most + " frames";
}

std::string where(const topology::ExpectSeen& expected) {
  if (!expected.sent) return "at " + expected.at;
  return (*expected.sent ? "sent at " : "received at ") + expected.at;
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectSeen& expected) {
  const std::string wanted =
      bounds(expected) + " " + where(expected) + " with " + describe(expected.match);
  if (!PortSelector(expected.at).possible(study))
    return fail(study, wanted, "the lab has no port " + expected.at);
  const Look seen = look(study, expected);
  const size_t count = seen.matching.size();
  const std::string found = (count ? std::to_string(count) : "none") + std::string(" of ") +
                            count_of(seen.looked_at, "frame") + " " + where(expected);
  if (count >= expected.least && count <= expected.most) return pass(found);
  if (count < expected.least) return fail(study, wanted, found, seen.near);
  Misses unwanted;
  for (const size_t i : seen.matching) unwanted.add(i, {"matches " + describe(expected.match)});
  return fail(study, wanted, found, unwanted);
}

}  // namespace lvslab::scenario
