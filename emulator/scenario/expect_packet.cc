#include <algorithm>
#include <set>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/ports.hh"
#include "emulator/scenario/values.hh"
#include "emulator/wire/view.hh"

namespace lvslab::scenario {

bool about_errors(const std::vector<topology::FieldMatch>& fields, const Exchange& exchange) {
  const bool ping =
      exchange.protocol == wire::proto::kIcmp || exchange.protocol == wire::proto::kIcmpv6;
  return std::any_of(fields.begin(), fields.end(), [&](const topology::FieldMatch& match) {
    const std::string& name = match.field;
    return name.starts_with("quoted.") || name == "icmp.mtu" ||
           (!ping && name.starts_with("icmp."));
  });
}

Verdict judge(const Study& study, const topology::ExpectPacket& expected) {
  const PortSelector selector(expected.at);
  const auto direction = expected.sent ? fabric::Direction::sent : fabric::Direction::received;
  const std::string where = std::string(fabric::name_of(direction)) + " at " + expected.at;
  std::set<std::string> ports;
  size_t looked_at = 0;
  Misses misses;
  for (const Packet& packet : study.packets()) {
    const Exchange& exchange = study.exchanges()[packet.exchange];
    if (packet.way != expected.way || packet.error != about_errors(expected.match, exchange))
      continue;
    for (const size_t i : packet.sightings) {
      const Observation& frame = study.frames()[i];
      if (frame.sighting->direction != direction) continue;
      if (!selector.matches(study, study.port(frame), packet.exchange)) continue;
      ++looked_at;
      ports.insert(study.port(frame).to_string());
      auto why = mismatches(study, expected.match, frame);
      if (!why.empty()) misses.add(i, std::move(why));
    }
  }
  const std::string wanted =
      std::string(expected.way == Way::request ? "every request" : "every reply") + " packet " +
      where + " has " + describe(expected.match);
  if (looked_at == 0) return fail(study, wanted, "no packet of that way was seen " + where);
  const std::string seen_at =
      std::string(fabric::name_of(direction)) + " at " + joined({ports.begin(), ports.end()}, ", ");
  if (misses.empty()) return pass(count_of(looked_at, "packet") + " " + seen_at);
  return fail(study, wanted,
              std::to_string(misses.size()) + " of " + count_of(looked_at, "packet") + " " +
                  seen_at + " " + (misses.size() == 1 ? "differs" : "differ"),
              misses);
}

}  // namespace lvslab::scenario
