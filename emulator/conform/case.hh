#pragma once
// A case: a director's surroundings and what happens to it in time. Both sides of the comparison
// play the same one: our director (ours.hh) and a kernel's IPVS (kernel_side.hh).
//
// As a file, one thing a line, # to the end of a line is a comment:
//
//   interface eth0 02:00:00:00:01:01 1500 192.0.2.1/24 192.0.2.100/32
//   neighbour eth0 192.0.2.9 02:00:00:00:01:09
//   route 0.0.0.0/0 192.0.2.254
//   forwarding 1                        net.ipv4.ip_forward
//   mark 7 192.0.2.128/26               the firewall mark of packets to there
//   rule -A -t 192.0.2.100:80 -s rr     ipvsadm's (`load` means the same)
//   sysctl conn_reuse_mode 0            net.ipv4.vs.*
//   in eth0 0200...                     a frame that arrives, in hex
//   list -Ln                            a listing to be compared
//   wait 1.5                            seconds
//
// Where a case stands does not matter to it: no kernel, no clock in here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"

namespace lvslab::conform {

struct Interface {
  std::string name;
  wire::Mac mac;
  uint32_t mtu = 1500;  // bytes of IP packet
  std::vector<wire::Prefix> addresses;
};

struct Neighbour {
  uint32_t port = 0;  // index of an interface
  wire::IpAddress address;
  wire::Mac mac;
};

struct Route {
  wire::Prefix to;
  wire::IpAddress via;
};

// What a firewall in front of IPVS marks.
struct Mark {
  uint32_t mark = 0;
  wire::Prefix to;
};

enum class EventKind : uint8_t { rule, sysctl, frame, listing, wait };

struct Event {
  EventKind kind = EventKind::wait;
  std::string text;            // rule, setting and value, options of a listing
  uint32_t port = 0;           // frame
  std::vector<uint8_t> bytes;  // frame, from its Ethernet header on
  Duration pause{};            // wait
};

struct Case {
  std::string name;  // "seed-42"
  std::vector<Interface> interfaces;
  std::vector<Neighbour> neighbours;
  std::vector<Route> routes;
  bool forwarding = true;
  std::vector<Mark> marks;
  std::vector<Event> events;

  size_t frames() const;
  Duration length() const;  // of its waits
};

// Throws UsageError "FILE:LINE: what is wrong".
Case parse_case(std::string_view text, const std::string& file);
std::string print(const Case& played);
// One line, as in the file, without comment.
std::string print(const Case& played, const Event& event);

std::string to_hex(Bytes bytes);
// Nothing but an even number of hex digits is accepted; false otherwise.
bool from_hex(std::string_view text, std::vector<uint8_t>& bytes);

}  // namespace lvslab::conform
