#include <algorithm>
#include <iterator>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/ports.hh"
#include "emulator/scenario/values.hh"

namespace lvslab::scenario {

namespace {

// The frames at the ports that are meant.
std::vector<size_t> look(const Study& study, const topology::ExpectSeen& expected) {
  const PortSelector selector(expected.at);
  std::vector<size_t> frames;
  for (size_t i = 0; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    const bool sent = frame.sighting->direction == fabric::Direction::sent;
    if (expected.sent && *expected.sent != sent) continue;
    if (selector.matches(study, frame.sighting->port, exchange_of(study, frame)))
      frames.push_back(i);
  }
  return frames;
}

// Some of what is looked for; of a single field, at least that the frame has it.
bool is_near(const Observation& frame, const std::vector<topology::FieldMatch>& match,
             size_t faults) {
  if (match.size() > 1) return faults < match.size();
  return !match.empty() && Decoded(frame.layers).field(match.front().field).has_value();
}

Misses near(const Study& study, const topology::ExpectSeen& expected,
            const std::vector<size_t>& frames) {
  Misses misses;
  for (const size_t i : frames) {
    const Observation& frame = study.frames()[i];
    auto why = mismatches(study, expected.match, frame);
    if (!why.empty() && is_near(frame, expected.match, why.size())) misses.add(i, std::move(why));
  }
  misses.nearest_first();
  return misses;
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
  const Wanted fields(study, expected.match);
  const std::vector<size_t> frames = look(study, expected);
  std::vector<size_t> matching;
  std::copy_if(frames.begin(), frames.end(), std::back_inserter(matching),
               [&](size_t i) { return fields.met_by(study.frames()[i]); });
  const size_t count = matching.size();
  const std::string found = (count ? std::to_string(count) : "none") + std::string(" of ") +
                            count_of(frames.size(), "frame") + " " + where(expected);
  if (count >= expected.least && count <= expected.most) return pass(found);
  if (count < expected.least) return fail(study, wanted, found, near(study, expected, frames));
  Misses unwanted;
  for (const size_t i : matching) unwanted.add(i, {"matches " + describe(expected.match)});
  return fail(study, wanted, found, unwanted);
}

}  // namespace lvslab::scenario
