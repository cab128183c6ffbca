#pragma once
// ICMPv6 messages that a host originates, and the rules of when it may (RFC 4443, 2.4), as Linux'
// icmp6_send reads them. Built in place, as icmp.hh does, and without a rate limit as well. The
// flow label is 0, where Linux puts a hash that nobody can foretell (net.ipv6.auto_flowlabels).

#include "emulator/host/icmp.hh"
#include "emulator/wire/icmpv6.hh"
#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::host {

inline constexpr size_t kIcmp6ErrorSize = 1280;  // bytes of IP packet, at most (RFC 4443, 2.4 c)

// Not about ICMPv6 errors or what cannot be told from them, nor to no single host. group: it came
// by link-layer broadcast or multicast; then, and about a packet to a multicast address, only what
// RFC 4443, 2.4 e.3 allows.
bool may_report6(Bytes packet, bool group, const IcmpError& error);

// The error to the source of `packet`, quoting it as it stands. error.source is set.
// RFC 4861, 4.5: `packet`, as it came in, should go to `target` itself, which is on its sender's
// link; `mac`: the target's, if known.
wire::Frame make_redirect6(Bytes packet, const wire::IpAddress& from, const wire::IpAddress& target,
                           const wire::Mac* mac);

wire::Frame make_icmp6_error(Bytes packet, const IcmpError& error);

// Turns an echo request, whose checksum is right, into its reply, with its traffic class.
// Extension headers are not given back. `from`: the address that was asked, or one to answer with.
void turn_into_echo_reply6(wire::Frame& packet, const wire::IpAddress& from);

}  // namespace lvslab::host
