#include <algorithm>
#include <set>

#include "emulator/fabric/evidence.hh"
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

namespace {

// In alphabetical order.
std::vector<std::string> names_of(const Study& study, const std::set<uint32_t>& ports) {
  std::set<std::string> names;
  for (const uint32_t port : ports)
    names.insert(fabric::port_of(study.evidence(), port).to_string());
  return {names.begin(), names.end()};
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectPacket& expected) {
  const PortSelector selector(expected.at);
  const auto direction = expected.sent ? fabric::Direction::sent : fabric::Direction::received;
  const std::string where = std::string(fabric::name_of(direction)) + " at " + expected.at;
  const Wanted wanted_fields(study, expected.match);
  std::set<uint32_t> ports;
  size_t looked_at = 0;
  Misses misses;
  for (const Packet& packet : study.packets()) {
    const Exchange& exchange = study.exchanges()[packet.exchange];
    if (packet.way != expected.way || packet.error != about_errors(expected.match, exchange))
      continue;
    for (const size_t i : packet.sightings) {
      const Observation& frame = study.frames()[i];
      if (frame.sighting->direction != direction) continue;
      if (!selector.matches(study, frame.sighting->port, packet.exchange)) continue;
      ++looked_at;
      ports.insert(frame.sighting->port);
      if (!wanted_fields.met_by(frame)) misses.add(i, mismatches(study, expected.match, frame));
    }
  }
  const std::string wanted =
      std::string(expected.way == Way::request ? "every request" : "every reply") + " packet " +
      where + " has " + describe(expected.match);
  if (looked_at == 0) return fail(study, wanted, "no packet of that way was seen " + where);
  const std::string seen_at =
      std::string(fabric::name_of(direction)) + " at " + joined(names_of(study, ports), ", ");
  if (misses.empty()) return pass(count_of(looked_at, "packet") + " " + seen_at);
  return fail(study, wanted,
              std::to_string(misses.size()) + " of " + count_of(looked_at, "packet") + " " +
                  seen_at + " " + (misses.size() == 1 ? "differs" : "differ"),
              misses);
}

}  // namespace lvslab::scenario
