#include "emulator/kernel/client.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/server.hh"
#include "emulator/kernel/sysctl.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

void expect_outcome(const RequestResult& result, ClientOutcome outcome) {
  expect(result.outcome == outcome, std::string(name_of(outcome)) + ", not " +
                                        std::string(name_of(result.outcome)) + " '" + result.reply +
                                        "'");
}

std::optional<std::string> echo(const Arrival& arrival) {
  return std::string(arrival.bytes);
}
std::optional<std::string> silent(const Arrival&) {
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_client)

BOOST_AUTO_TEST_CASE(nobody_listens) {
  in_child([] {
    Segment segment(true);
    const auto target = endpoint("192.0.2.2:81");
    expect_outcome(tcp_request(segment.loop, segment.hosts[0], target, 0, "x", kLong),
                   ClientOutcome::refused);
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, "x", false, kLong),
                   ClientOutcome::refused);
    const auto target6 = endpoint("[2001:db8::2]:81");
    expect_outcome(tcp_request(segment.loop, segment.hosts[0], target6, 0, "x", kLong),
                   ClientOutcome::refused);
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target6, 0, "x", false, kLong),
                   ClientOutcome::refused);
  });
}

BOOST_AUTO_TEST_CASE(no_route_is_unreachable_at_once) {
  in_child([] {
    Segment segment;
    const auto target = endpoint("203.0.113.9:80");
    expect_outcome(tcp_request(segment.loop, segment.hosts[0], target, 0, "x", kLong),
                   ClientOutcome::unreachable);
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, "x", false, kLong),
                   ClientOutcome::unreachable);
    expect_outcome(ping(segment.loop, segment.hosts[0], target.address, 1, kLong),
                   ClientOutcome::unreachable);
  });
}

BOOST_AUTO_TEST_CASE(silence_is_a_timeout_after_its_time) {
  in_child([] {
    Segment segment;
    const TcpServer tcp(segment.loop, segment.hosts[1], 80, silent);
    const UdpServer udp(segment.loop, segment.hosts[1], 80, silent);
    const auto target = endpoint("192.0.2.2:80");
    for (const RequestResult& result :
         {tcp_request(segment.loop, segment.hosts[0], target, 0, "x", kShort),
          udp_request(segment.loop, segment.hosts[0], target, 0, "x", false, kShort)}) {
      expect_outcome(result, ClientOutcome::timeout);
      expect(result.took >= kShort && result.took < kShort + kLong, "took its timeout");
    }
  });
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_is_a_reset) {
  in_child([] {
    Segment segment;
    std::optional<TcpServer> tcp(std::in_place, segment.loop, segment.hosts[1], uint16_t{80},
                                 silent);
    TcpRequest request(segment.loop, segment.hosts[0], endpoint("192.0.2.2:80"), 0, "x", kLong);
    expect(
        segment.loop.run_until([&] { return tcp->connections() == 1; }, segment.loop.now() + kLong),
        "connected");
    // Closed with the request unread or unanswered.
    tcp.reset();
    expect_outcome(request.finish(), ClientOutcome::reset);
  });
}

BOOST_AUTO_TEST_CASE(above_the_mtu_with_dont_fragment_is_too_big) {
  in_child([] {
    Segment segment;
    const UdpServer udp(segment.loop, segment.hosts[1], 7, echo);
    const auto target = endpoint("192.0.2.2:7");
    const std::string big(3000, 'x');
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, big, true, kLong),
                   ClientOutcome::too_big);
    const RequestResult whole =
        udp_request(segment.loop, segment.hosts[0], target, 0, big, false, kLong);
    expect_outcome(whole, ClientOutcome::answered);
    expect(whole.reply == big, "fragmented and whole again");
  });
}

BOOST_AUTO_TEST_CASE(fragmentation_needed_from_a_router_is_too_big) {
  in_child([] {
    // Host 1 reaches 198.51.100.2, the far end of host 2's narrow link, by way of host 2.
    Segment segment;
    const Namespace far = Namespace::make();
    Netlink router(segment.hosts[1]), behind(far), client(segment.hosts[0]);
    router.create_veth({"narrow", Segment::mac(8)}, {"eth0", Segment::mac(9)}, far, 1000);
    router.add_address("narrow", prefix("198.51.100.1/24"));
    behind.add_address("eth0", prefix("198.51.100.2/24"));
    behind.add_route({prefix("0.0.0.0/0"), ip("198.51.100.1"), "", {}});
    client.add_route({prefix("198.51.100.0/24"), ip("192.0.2.2"), "", {}});
    set_sysctl(segment.hosts[1], "net.ipv4.ip_forward", "1");
    router.wait_up(std::vector<std::string>{"narrow"}, kLong);
    const UdpServer udp(segment.loop, far, 7, echo);
    const auto target = endpoint("198.51.100.2:7");
    const std::string big(1200, 'x');
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, "small", true, kLong),
                   ClientOutcome::answered);
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, big, true, kLong),
                   ClientOutcome::too_big);
    expect_outcome(udp_request(segment.loop, segment.hosts[0], target, 0, big, false, kLong),
                   ClientOutcome::answered);
  });
}

BOOST_AUTO_TEST_CASE(ping_tells_its_identifier) {
  in_child([] {
    Segment segment(true);
    const RequestResult v4 = ping(segment.loop, segment.hosts[0], ip("192.0.2.2"), 7, kLong);
    expect_outcome(v4, ClientOutcome::answered);
    expect(v4.reply == "lvslab" && v4.local.port != 0 && v4.local.address == ip("192.0.2.1"),
           "payload back, own address and identifier known");
    const RequestResult v6 =
        ping(segment.loop, segment.hosts[0], ip("2001:db8::2"), 8, kLong, "other");
    expect_outcome(v6, ClientOutcome::answered);
    expect(v6.reply == "other" && v6.local.port != v4.local.port, "another identifier");
    set_sysctl(segment.hosts[1], "net.ipv4.icmp_echo_ignore_all", "1");
    expect_outcome(ping(segment.loop, segment.hosts[0], ip("192.0.2.2"), 9, kShort),
                   ClientOutcome::timeout);
  });
}

BOOST_AUTO_TEST_CASE(arp_hears_every_host_that_claims_an_address) {
  in_child([] {
    Segment segment;
    const auto vip = prefix("192.0.2.100/32");
    const auto ask = [&](bool all) {
      return arp_probe(segment.loop, segment.hosts[0], "eth0", vip.address, kShort, all).macs;
    };
    expect(ask(true).empty(), "nobody has it");
    Netlink(segment.hosts[1]).add_address("lo", vip);
    expect(ask(false) == std::vector<wire::Mac>{Segment::mac(2)}, "host 2 answers for its lo");
    Netlink(segment.hosts[2]).add_address("lo", vip);
    expect(ask(true).size() == 2, "both answer: ARP flux");
    set_sysctl(segment.hosts[2], "net.ipv4.conf.all.arp_ignore", "1");
    expect(ask(true) == std::vector<wire::Mac>{Segment::mac(2)}, "arp_ignore=1 silences host 3");
  });
}

BOOST_AUTO_TEST_CASE(a_source_port_in_use_is_named) {
  in_child([] {
    Segment segment;
    const auto target = endpoint("192.0.2.2:7");
    const UdpRequest first(segment.loop, segment.hosts[0], target, 5000, "x", false, kLong);
    const UdpServer server(segment.loop, segment.hosts[0], 5001, echo);
    expect(message_of<SystemError>([&] {
             TcpServer tcp(segment.loop, segment.hosts[0], 5002, echo);
             TcpRequest(segment.loop, segment.hosts[0], target, 5002, "x", kLong);
           }) == "cannot bind client (port 5002): Address already in use",
           "a port that listens");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
