#pragma once
// The values of a rule's options: numbers, addresses, masks, names. Each reader throws RuleError at
// the word's column with what is wrong and what would be right. Not for other rooms.

#include <optional>
#include <utility>

#include "emulator/ipvs/lexer.hh"

namespace lvslab::ipvs {

// Decimal, as ipvsadm reads it ("010" is ten). what: "weight".
uint32_t read_number(const Word& word, std::string_view what, uint32_t least, uint32_t most);

struct Address {
  IpAddress address;
  std::optional<uint16_t> port;
};
// "192.0.2.1:80", "192.0.2.1", "[2001:db8::1]:80", "2001:db8::1".
Address read_address(const Word& word);

// IPv4: what inet_aton(3) takes, holes and all ("24" is 0.0.0.24).
uint32_t read_netmask(const Word& word);

Scheduler read_scheduler(const Word& word);
// "sh-port,sh-fallback": names that this scheduler knows, or flag-1 to flag-3.
SchedulerFlags read_flags(const Word& word, Scheduler scheduler);
TunnelType read_tunnel_type(const Word& word);

}  // namespace lvslab::ipvs
