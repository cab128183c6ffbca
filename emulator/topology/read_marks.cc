// What a director's firewall marks.

#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

// An address, or a network without host bits.
std::optional<Prefix> read_destination(const Value& value) {
  const auto given = read_address_or_prefix(value);
  if (!given) return {};
  const Prefix to{given->address, given->length.value_or(given->address.bits())};
  if (to.network() == to.address) return to;
  value.wrong("'to': '" + value.raw() + "' has bits set beyond its prefix length; the network is " +
              Prefix{to.network(), to.length}.to_string());
  return {};
}

}  // namespace

void read_marks(const Value& value, Host& host) {
  for (const Value& item : value.items("a list of marks, as - {mark: 1, to: 192.0.2.100}")) {
    const Mapping keys(item.as("the mark"), kMark);
    MarkSpec spec;
    if (const auto mark = keys.find("mark"))
      spec.mark = read_number(*mark, 1, 0xffffffff).value_or(1);
    if (const auto over = keys.find("over")) spec.over = read_enum<Transport>(*over, kTransports);
    if (const auto port = keys.find("port")) {
      spec.port = static_cast<uint16_t>(read_number(*port, 1, 65535).value_or(0));
      if (!keys.find("over")) port->wrong("a 'port' is of 'over: tcp' or 'over: udp'; say which");
    }
    const auto to = keys.find("to");
    const auto destination = to ? read_destination(*to) : std::nullopt;
    if (!destination) continue;
    spec.to = *destination;
    host.marks.push_back(spec);
  }
}

}  // namespace lvslab::topology
