// The parts together: what crosses a segment, and what does not.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "emulator/kernel/client.hh"
#include "emulator/kernel/packet_socket.hh"
#include "emulator/kernel/server.hh"
#include "emulator/wire/describe.hh"
#include "emulator/wire/ethernet.hh"
#include "tests/unit/kernel/support.hh"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace lvslab::kernel::test {

namespace {

struct Seen {
  std::string port;
  bool outgoing;
  std::string text;
  bool unicast;
};

std::vector<Seen> drain(PacketSocket& capture, Segment& segment) {
  std::vector<Seen> all;
  capture.drain([&](const Captured& c) {
    std::string port = "?";
    for (const char* name : {"p1", "p2", "p3", "br0"})
      if (segment.switching.index_of(name) == c.interface) port = name;
    const auto ethernet = wire::EthernetView::over(c.bytes);
    all.push_back({port, c.outgoing, wire::describe(c.bytes), ethernet && !ethernet->is_group()});
  });
  return all;
}

std::string listing(const std::vector<Seen>& all) {
  std::string text;
  for (const Seen& s : all) text += "\n  " + s.port + (s.outgoing ? " out " : " in ") + s.text;
  return text;
}

size_t unicast_at(const std::vector<Seen>& all, const std::string& port) {
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [&](const Seen& s) { return s.port == port && s.unicast; }));
}

std::optional<std::string> echo(const Arrival& a) {
  return std::string(a.bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_traffic)

BOOST_AUTO_TEST_CASE(each_frame_at_both_ports_in_order_with_its_direction) {
  in_child([] {
    Segment segment;
    const int bridge[] = {segment.switching.index_of("br0")};
    PacketSocket capture(segment.fabric, bridge);
    const UdpServer udp(segment.loop, segment.hosts[1], 7, echo);
    // Known neighbours, so that the exchange is two datagrams and nothing else.
    Netlink(segment.hosts[0]).add_neighbour("eth0", ip("192.0.2.2"), Segment::mac(2));
    Netlink(segment.hosts[1]).add_neighbour("eth0", ip("192.0.2.1"), Segment::mac(1));
    drain(capture, segment);
    udp_request(segment.loop, segment.hosts[0], endpoint("192.0.2.2:7"), 4000, "x", false, kLong);
    const auto seen = drain(capture, segment);
    expect(seen.size() == 4, "four sightings:" + listing(seen));
    const char* ports[] = {"p1", "p2", "p2", "p1"};
    for (size_t i = 0; i < 4; ++i) {
      expect(seen[i].port == ports[i], "port " + std::to_string(i) + listing(seen));
      expect(seen[i].outgoing == (i % 2 == 1), "sent, then delivered" + listing(seen));
    }
    expect(seen[0].text == seen[1].text && seen[2].text == seen[3].text, "the same frame");
    expect(capture.lost() == 0, "nothing lost");
  });
}

BOOST_AUTO_TEST_CASE(a_broadcast_reaches_all_and_the_bridge_device_is_left_out) {
  in_child([] {
    Segment segment;
    const int bridge[] = {segment.switching.index_of("br0")};
    PacketSocket without(segment.fabric, bridge), with(segment.fabric);
    arp_probe(segment.loop, segment.hosts[0], "eth0", ip("192.0.2.2"), kLong);
    const auto seen = drain(without, segment), all = drain(with, segment);
    const auto at = [](const std::vector<Seen>& list, const std::string& port) {
      return std::count_if(list.begin(), list.end(), [&](auto& s) { return s.port == port; });
    };
    expect(at(seen, "p3") == 1, "host 3 got the request" + listing(seen));
    expect(at(seen, "br0") == 0, "not at the bridge's device" + listing(seen));
    expect(at(all, "br0") > 0, "control: without the filter it is" + listing(all));
  });
}

BOOST_AUTO_TEST_CASE(no_unicast_is_flooded_to_a_third_port) {
  in_child([] {
    Segment segment;
    PacketSocket capture(segment.fabric);
    const TcpServer tcp(segment.loop, segment.hosts[1], 80, echo);
    // Also to an address that no forwarding entry knows.
    Netlink(segment.hosts[0]).add_neighbour("eth0", ip("192.0.2.77"), Segment::mac(9));
    const auto exchange = [&] {
      tcp_request(segment.loop, segment.hosts[0], endpoint("192.0.2.2:80"), 0, "hello", kLong);
      udp_request(segment.loop, segment.hosts[0], endpoint("192.0.2.77:9"), 0, "x", false, kShort);
      return drain(capture, segment);
    };
    const auto quiet = exchange();
    expect(unicast_at(quiet, "p2") > 5, "TCP at port 2" + listing(quiet));
    expect(unicast_at(quiet, "p3") == 0, "nothing at port 3" + listing(quiet));

    // Negative control: a port with unicast flooding on sees the unknown one.
    ifinfomsg header{};
    header.ifi_family = AF_BRIDGE;
    header.ifi_index = segment.switching.index_of("p3");
    NetlinkRequest flood(RTM_SETLINK, 0, "flood", "p3");
    flood.header(header).nest(IFLA_PROTINFO | NLA_F_NESTED, [](NetlinkRequest& info) {
      info.put_u8(IFLA_BRPORT_UNICAST_FLOOD, 1);
    });
    segment.switching.socket().submit(flood);
    const auto flooded = exchange();
    expect(unicast_at(flooded, "p3") == 1, "the stray at port 3" + listing(flooded));
  });
}

BOOST_AUTO_TEST_CASE(nobody_speaks_unasked) {
  in_child([] {
    Segment segment;
    PacketSocket capture(segment.fabric);
    segment.loop.run_for(kShort);
    const auto seen = drain(capture, segment);
    expect(seen.empty(), "silence" + listing(seen));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
