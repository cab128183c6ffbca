#include "emulator/kernel/ipip.hh"

#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

#include <boost/test/unit_test.hpp>

#include "emulator/kernel/server.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/kernel/tap.hh"
#include "emulator/wire/describe.hh"
#include "emulator/wire/view.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

// A TUN real server: RIP 192.0.2.11 on tap0, VIP 198.51.100.1 on lo, gateway 192.0.2.254; we are
// director and gateway at the other side of the TAP.
struct RealServer {
  Namespace host = Namespace::make();
  Tap tap{host, "tap0"};
  IpipDevice tunnel{host};
  EventLoop loop;
  UdpServer service{loop, host, 53, [](const Arrival& a) {
                      return a.local.to_string() + " " + std::string(a.bytes);
                    }};
  EventLoop::Token pumping =
      loop.add(tunnel.socket_fd(), EPOLLIN, [this](uint32_t) { taken_off += tunnel.pump(); });
  size_t taken_off = 0;

  explicit RealServer(const std::string& rp_filter) {
    silence_ipv6(host, false);
    Netlink netlink(host);
    netlink.set_mac("tap0", Segment::mac(1));
    netlink.set_up("tap0");
    netlink.set_up("lo");
    netlink.add_address("tap0", prefix("192.0.2.11/24"));
    netlink.add_address("lo", prefix("198.51.100.1/32"));
    netlink.add_neighbour("tap0", ip("192.0.2.254"), Segment::mac(9));
    netlink.add_route({prefix("0.0.0.0/0"), ip("192.0.2.254"), "tap0", {}});
    netlink.wait_up(std::vector<std::string>{"tap0"}, kLong);
    set_sysctl(host, "net.ipv4.conf.all.rp_filter", "0");
    set_sysctl(host, "net.ipv4.conf.tap0.rp_filter", "0");
    set_sysctl(host, "net.ipv4.conf.tunl0.rp_filter", rp_filter);
  }

  // What the server sends in answer to the datagram, "" when nothing comes.
  std::string answer_to(const std::vector<uint8_t>& bytes, Duration patience) {
    while (tap.read()) {
    }
    tap.write(wire::Frame::copy_of(bytes));
    std::string text;
    const auto token = loop.add(tap.fd(), EPOLLIN, [&](uint32_t) {
      while (const auto frame = tap.read()) text += wire::describe(frame->bytes());
    });
    loop.run_until([&] { return !text.empty(); }, loop.now() + patience);
    return text;
  }
};

Tins::IP inner() {
  return Tins::IP("198.51.100.1", "203.0.113.9") / Tins::UDP(53, 4000) / Tins::RawPDU("query");
}

std::vector<uint8_t> encapsulated() {
  Tins::IP outer("192.0.2.11", "192.0.2.1");
  outer.protocol(wire::proto::kIpip);
  return (Tins::EthernetII("02:00:00:00:00:01", "02:00:00:00:00:09") / outer / inner()).serialize();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_ipip)

BOOST_AUTO_TEST_CASE(takes_off_the_outer_header_and_the_server_answers_from_the_vip) {
  in_child([] {
    RealServer server("0");
    expect_contains(server.answer_to(encapsulated(), kLong),
                    "198.51.100.1:53 > 203.0.113.9:4000 UDP");
    expect(server.taken_off == 1, "one header taken off");
  });
}

BOOST_AUTO_TEST_CASE(strict_rp_filter_on_the_device_drops_it) {
  in_child([] {
    RealServer server("1");
    const std::string answer = server.answer_to(encapsulated(), kShort);
    expect(answer.empty(), "silence, not " + answer);
    expect(server.taken_off == 1, "it had come in by the device");
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_packet_in_a_packet_is_dropped) {
  in_child([] {
    RealServer server("0");
    Tins::IP outer("192.0.2.11", "192.0.2.1");
    outer.protocol(wire::proto::kIpip);
    std::vector<uint8_t> cut = (Tins::EthernetII("02:00:00:00:00:01", "02:00:00:00:00:09") / outer /
                                Tins::RawPDU(std::string("\x45\x00\x00\xff too short", 14)))
                                   .serialize();
    const std::string answer = server.answer_to(cut, kShort);
    expect(answer.empty(), "nothing, also no ICMP protocol unreachable: " + answer);
    expect(server.taken_off == 0, "nothing entered");
  });
}

BOOST_AUTO_TEST_CASE(the_best_there_is_is_a_device_named_tunl0) {
  in_child([] {
    const Namespace in = Namespace::make();
    const TunnelDevice device = make_tunnel_device(in, 1400);
    expect((device.kind == TunnelKind::kernel_ipip) == kernel_has_ipip(), "the kernel's if it can");
    expect((device.kind == TunnelKind::user_space) == device.device.has_value(), "else ours");
    expect(device.name == "tunl0" && Netlink(in).has("tunl0"), "by its usual name");
    set_sysctl(in, "net.ipv4.conf.tunl0.rp_filter", "2");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
