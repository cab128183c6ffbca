// What an embedded host says it breaks of what always holds: its tables' bounds.

#include "emulator/lab/embedded_node.hh"

#include <tins/tins.h>

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"
#include "emulator/node/node.hh"

using namespace lvslab;

namespace {

constexpr const char* kMac = "02:00:00:00:00:01";

class Nowhere : public node::Outbox {
 public:
  void send(uint32_t, wire::Frame) override {}
};

topology::Host small_director() {
  topology::Host host;
  host.name = "lb";
  host.role = topology::Role::director;
  topology::Interface interface;
  interface.name = "eth0";
  interface.mac = *wire::parse_mac(kMac);
  interface.addresses = {*wire::Prefix::parse("192.0.2.1/24")};
  host.interfaces = {interface};
  host.sysctls = {{"net.ipv4.ip_forward", "1"}};
  host.connections_at_most = 3;
  return host;
}

// A datagram to the virtual service, from one more port.
void ask(lab::EmbeddedNode& made, uint16_t port) {
  auto packet =
      Tins::EthernetII(Tins::HWAddress<6>(kMac), Tins::HWAddress<6>("02:00:00:00:00:09")) /
      Tins::IP("192.0.2.1", "192.0.2.9") / Tins::UDP(53, port) / Tins::RawPDU("who");
  Nowhere nowhere;
  made.node->receive(0, wire::Frame::copy_of(packet.serialize()), Time{}, nowhere);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_beyond_its_bound_is_told) {
  auto made = lab::make_embedded(small_director(), 1);
  for (const char* rule : {"-A -u 192.0.2.1:53 -s rr", "-a -u 192.0.2.1:53 -r 192.0.2.11:53 -m"})
    made.director->apply(ipvs::parse(rule), Time{});
  for (uint16_t port = 40000; port < 40005; ++port) ask(made, port);
  // Full, and no fuller.
  BOOST_TEST(made.director->director().entries() == 3U);
  BOOST_TEST(made.broken("lb").empty());
  // One that held more than it may would look so.
  auto settings = made.director->director().settings();
  settings.table_bound = 2;
  made.director->change(settings);
  const auto broken = made.broken("lb");
  BOOST_REQUIRE(broken.size() == 1U);
  BOOST_TEST((broken[0].broken == scenario::Invariant::bounds));
  BOOST_TEST(broken[0].text == "lb: 3 connections, at most 2");
}
