#pragma once
// A frame in one line, for people: what a hop table, a failed check and a log say of it.
//
//   IP 192.168.43.69:49152 > 192.168.1.219:80 TCP [S] seq 1 win 64240 ttl 63
//   ARP who-has 192.168.1.219 tell 192.168.1.1
//   IP 192.168.43.100 > 192.168.43.11 IPIP | IP 192.168.43.69:40000 > 192.168.43.100:80 TCP [S] ...

#include <string>

#include "emulator/base/bytes.hh"

namespace lvslab::wire {

// `frame` begins with its Ethernet header. Never throws: what cannot be read is said so.
std::string describe(Bytes frame);
// `packet` begins with its IP header.
std::string describe_packet(Bytes packet);
// Offset and hex, sixteen bytes a line, as in `xxd`.
std::string hex_dump(Bytes bytes);

}  // namespace lvslab::wire
