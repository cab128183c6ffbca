// ICMPv6 errors of the director's host to itself, with vs.schedule_icmp=1: what needs no
// translation comes in once more, by the loopback device.

#include <tins/icmpv6.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr const char* kVip6 = "2001:db8::80";

// The director told itself that a reply of the virtual end came to nothing.
Packet own_error() {
  const Packet quoted = udp_packet("[2001:db8::80]:5000", "[2001:db8:3::1b]:40000").bytes();
  Tins::IPv6 ip(kVip6, kVip6);
  ip.hop_limit(64);
  return (ip / Tins::ICMPv6(Tins::ICMPv6::TIME_EXCEEDED) / Tins::RawPDU(quoted)).serialize();
}

struct Scheduled : Bench {
  // method: of the servers 1, 2 and 3; local: the virtual address is the host's own
  Scheduled(const std::string& method, const std::string& flags, bool local = true)
      : Bench(settings()) {
    if (local) routes.special[kVip6] = Route{65536, address(kVip6), true};
    rules({("-A -u [2001:db8::80]:5000 -s rr " + flags).c_str()});
    for (const char* server : {"1", "2", "3"})
      rules({("-a -u [2001:db8::80]:5000 -r 2001:db8:1::" + std::string(server) + " " + method)
                 .c_str()});
  }
  std::string sent_to(Hook hook) {
    const Outcome out = send(own_error(), hook);
    return out.verdict.action == Action::forward ? out.verdict.next_hop.to_string() : "";
  }
  static Settings settings() {
    Settings settings;
    settings.schedule_icmp = true;
    return settings;
  }
};

BOOST_AUTO_TEST_SUITE(own_errors)

// Servers stand in the order 3, 2, 1; rr begins with the one that was added last.
BOOST_AUTO_TEST_CASE(one_packet_services_choose_twice) {
  Scheduled once("-g", "-o");
  BOOST_TEST(once.sent_to(Hook::local_in) == "2001:db8:1::3");
  BOOST_TEST(once.sent_to(Hook::local_in) == "2001:db8:1::2");
  for (const char* method : {"-g", "-i"}) {
    Scheduled twice(method, "-o");
    BOOST_TEST(twice.sent_to(Hook::local_out) == "2001:db8:1::2");
    BOOST_TEST(twice.sent_to(Hook::local_out) == "2001:db8:1::3");
  }
}

BOOST_AUTO_TEST_CASE(what_is_translated_leaves_at_once) {
  Scheduled bench("-m", "-o");
  BOOST_TEST(bench.sent_to(Hook::local_out) == "2001:db8:1::3");
}

BOOST_AUTO_TEST_CASE(a_connection_is_made_once_and_found_the_second_time) {
  Scheduled bench("-g", "");
  BOOST_TEST(bench.sent_to(Hook::local_out) == "2001:db8:1::3");
  BOOST_TEST(bench.server("[2001:db8:1::3]:5000").total.connections == 1U);
  BOOST_TEST(bench.server("[2001:db8:1::3]:5000").total.packets_in == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::director::test
