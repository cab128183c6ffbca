#pragma once
// Packets that end here: the reason, and the ICMP or ICMPv6 error that tells the sender.

#include "emulator/director/verdict.hh"
#include "emulator/wire/ip_edit.hh"

namespace lvslab::director {

// What an error says, in either family's types and codes (RFC 792; RFC 4443, 3).
enum class Complaint : uint8_t { port_unreachable, host_unreachable, too_big, time_exceeded };

inline void refuse(Verdict& verdict, DropReason reason) {
  verdict.action = Action::drop;
  verdict.reason = reason;
}

// `source`: the address that complains. mtu: of too_big.
void refuse(Verdict& verdict, DropReason reason, Complaint complaint, const wire::IpAddress& source,
            uint32_t mtu = 0);

}  // namespace lvslab::director
