#include "emulator/kernel/server.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

// "server=rs peer=192.0.2.1:40000 local=192.0.2.2:80 <request>"
std::optional<std::string> identity(const Arrival& arrival) {
  if (arrival.bytes.find('\n') == std::string_view::npos) return {};
  return "peer=" + arrival.peer.to_string() + " local=" + arrival.local.to_string() + " " +
         std::string(arrival.bytes);
}

void expect_reply(const RequestResult& result, const std::string& reply) {
  expect(
      result.outcome == ClientOutcome::answered && result.reply == reply,
      "'" + reply + "', not " + std::string(name_of(result.outcome)) + " '" + result.reply + "'");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_server)

BOOST_AUTO_TEST_CASE(tcp_and_udp_on_both_families_see_peer_and_local) {
  in_child([] {
    Segment segment(true);
    EventLoop& loop = segment.loop;
    const Namespace &client = segment.hosts[0], &server = segment.hosts[1];
    const TcpServer tcp(loop, server, 80, identity);
    const UdpServer udp(loop, server, 53, identity);
    for (const std::string family : {"192.0.2.", "2001:db8::"}) {
      const bool v4 = family.ends_with('.');
      const auto at = [&](const char* host, const char* port) {
        return v4 ? family + host + ":" + port : "[" + family + host + "]:" + port;
      };
      expect_reply(tcp_request(loop, client, endpoint(at("2", "80")), 40000, "hello\n", kLong),
                   "peer=" + at("1", "40000") + " local=" + at("2", "80") + " hello\n");
      expect_reply(
          udp_request(loop, client, endpoint(at("2", "53")), 40001, "hello\n", true, kLong),
          "peer=" + at("1", "40001") + " local=" + at("2", "53") + " hello\n");
    }
  });
}

BOOST_AUTO_TEST_CASE(udp_answers_from_the_address_it_was_asked_at) {
  in_child([] {
    Segment segment;
    // A second address that would not be chosen for a reply by itself: the VIP on a DR server.
    Netlink(segment.hosts[1]).add_address("lo", prefix("198.51.100.9/32"));
    Netlink(segment.hosts[0]).add_route({prefix("198.51.100.9/32"), ip("192.0.2.2"), "", {}});
    const UdpServer udp(segment.loop, segment.hosts[1], 53, identity);
    expect_reply(udp_request(segment.loop, segment.hosts[0], endpoint("198.51.100.9:53"), 40001,
                             "x\n", false, kLong),
                 "peer=192.0.2.1:40001 local=198.51.100.9:53 x\n");
  });
}

BOOST_AUTO_TEST_CASE(without_ipv6_in_the_namespace) {
  in_child([] {
    Segment segment;
    silence_ipv6(segment.hosts[1], false);
    const TcpServer tcp(segment.loop, segment.hosts[1], 80, identity);
    const UdpServer udp(segment.loop, segment.hosts[1], 80, identity);
    const auto target = endpoint("192.0.2.2:80");
    expect_reply(tcp_request(segment.loop, segment.hosts[0], target, 40000, "a\n", kLong),
                 "peer=192.0.2.1:40000 local=192.0.2.2:80 a\n");
    expect_reply(udp_request(segment.loop, segment.hosts[0], target, 40000, "b\n", false, kLong),
                 "peer=192.0.2.1:40000 local=192.0.2.2:80 b\n");
  });
}

BOOST_AUTO_TEST_CASE(a_quarter_megabyte_back_and_twenty_at_once) {
  in_child([] {
    Segment segment;
    const std::string big(1 << 18, 'r');
    TcpServer tcp(segment.loop, segment.hosts[1], 80, [&](const Arrival& a) {
      return a.bytes.size() == 3 ? std::optional(big) : std::nullopt;
    });
    std::vector<std::unique_ptr<TcpRequest>> requests;
    for (int i = 0; i < 20; ++i)
      requests.push_back(std::make_unique<TcpRequest>(
          segment.loop, segment.hosts[0], endpoint("192.0.2.2:80"), uint16_t{0}, "get", kLong));
    for (auto& request : requests) {
      const RequestResult result = request->finish();
      expect(result.outcome == ClientOutcome::answered, std::string(name_of(result.outcome)));
      expect(result.reply == big, "all of it");
    }
    expect(
        segment.loop.run_until([&] { return tcp.connections() == 0; }, segment.loop.now() + kLong),
        "no connection left");
  });
}

BOOST_AUTO_TEST_CASE(one_connection_answers_again_and_again) {
  in_child([] {
    Segment segment;
    EventLoop& loop = segment.loop;
    TcpServer tcp(loop, segment.hosts[1], 80, [](const Arrival& a) -> std::optional<Reply> {
      if (!a.bytes.ends_with('\n')) return {};
      return Reply("<" + std::string(a.bytes) + ">", a.bytes != "last\n");
    });
    const auto whole = [](std::string_view reply) { return reply.ends_with('>'); };
    TcpRequest first(loop, segment.hosts[0], endpoint("192.0.2.2:80"), 0, "one\n", kLong);
    first.keep_when(whole);
    expect_reply(first.finish(), "<one\n>");
    FileDescriptor kept = first.take_connection();
    expect(static_cast<bool>(kept), "it is kept");
    const std::string big = std::string(100000, 'x') + '\n';
    for (const std::string& text : {std::string("two\n"), std::string("three\n"), big}) {
      TcpRequest next(loop, std::move(kept), text, kLong);
      next.keep_when(whole);
      expect(next.result().local == first.result().local, "the same connection");
      expect_reply(next.finish(), "<" + text + ">");
      kept = next.take_connection();
    }
    expect(tcp.connections() == 1, "one at the server");
    // Without keep_when() the peer's end is awaited, as ever.
    TcpRequest last(loop, std::move(kept), "last\n", kLong);
    expect_reply(last.finish(), "<last\n>");
    expect(!last.take_connection(), "it has ended");
    expect(loop.run_until([&] { return tcp.connections() == 0; }, loop.now() + kLong), "gone");
  });
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_ended_meanwhile) {
  in_child([] {
    Segment segment;
    EventLoop& loop = segment.loop;
    auto tcp = std::make_unique<TcpServer>(loop, segment.hosts[1], 80,
                                           [](const Arrival&) { return Reply("yes", true); });
    TcpRequest first(loop, segment.hosts[0], endpoint("192.0.2.2:80"), 0, "one", kLong);
    first.keep_when([](std::string_view reply) { return reply == "yes"; });
    expect_reply(first.finish(), "yes");
    tcp.reset();
    loop.run_for(kShort);
    TcpRequest next(loop, first.take_connection(), "two", kLong);
    next.keep_when([](std::string_view) { return true; });
    expect(next.finish().outcome == ClientOutcome::reset, "reset");
    expect(!next.take_connection(), "nothing to keep");
  });
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_named) {
  in_child([] {
    const Namespace in = Namespace::make();
    EventLoop loop;
    const TcpServer first(loop, in, 80, identity);
    expect(message_of<SystemError>([&] { TcpServer(loop, in, 80, identity); }) ==
               "cannot bind (TCP port 80): Address already in use",
           "the second one is refused");
    const UdpServer udp(loop, in, 80, identity);
    expect(message_of<SystemError>([&] { UdpServer(loop, in, 80, identity); }) ==
               "cannot bind (UDP port 80): Address already in use",
           "the second one is refused");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
