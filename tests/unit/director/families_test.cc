// IPv6, and tunnels of every type and family: packet in, packet out, against libtins' bytes.

#include <tins/tins.h>

#include "emulator/wire/ip_edit.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr const char* kClient6 = "[2001:db8:43::69]:40000";
constexpr const char* kVirtual6 = "[2001:db8::80]:80";
constexpr const char* kReal6 = "[2001:db8:1::11]:8080";

// 1500 bytes to every address; the way to IPv6 addresses begins at 2001:db8:1::1.
struct Bench6 : Bench {
  Bench6() {
    for (const char* to : {"2001:db8:1::11", "2001:db8:1::12"})
      routes.special[to] = Route{1500, address("2001:db8:1::1"), false};
  }
};

Spec syn6() {
  return tcp_packet(kClient6, kVirtual6, "S");
}
Spec datagram6() {
  return udp_packet(kClient6, kVirtual6);
}

BOOST_AUTO_TEST_CASE(masquerade_there_and_back) {
  Bench6 bench;
  for (const char* kind : {"-t ", "-u "})
    bench.rules({(std::string("-A ") + kind + kVirtual6 + " -s rr").c_str(),
                 (std::string("-a ") + kind + kVirtual6 + " -r " + kReal6 + " -m").c_str()});
  for (const Spec& spec : {syn6(), datagram6()}) {
    const Outcome out = bench.request(spec);
    BOOST_TEST(out.verdict.action == Action::forward);
    BOOST_TEST(out.verdict.next_hop == address("2001:db8:1::11"));
    check_same(out.bytes, spec.with_to(kReal6).with_ttl(63).bytes(), "request");
    Spec reply = spec;
    reply.from = end(kReal6);
    reply.to = end(kClient6);
    reply.flags = 0x12;
    const Outcome back = bench.reply(reply);
    BOOST_TEST(back.verdict.action == Action::forward);
    check_same(back.bytes, reply.with_from(kVirtual6).bytes(), "reply");
  }
}

BOOST_AUTO_TEST_CASE(a_datagram_without_checksum_gets_one) {
  Bench6 bench;
  bench.rules(
      {"-A -u [2001:db8::80]:80 -s rr", "-a -u [2001:db8::80]:80 -r [2001:db8:1::11]:8080 -m"});
  Packet packet = datagram6().bytes();
  packet[40 + 6] = packet[40 + 7] = 0;
  const Outcome out = bench.send(packet);
  check_same(out.bytes, datagram6().with_to(kReal6).with_ttl(63).bytes(), "filled in");
}

BOOST_AUTO_TEST_CASE(route_changes_the_hop_limit_alone) {
  Bench6 bench;
  bench.rules({"-A -t [2001:db8::80]:80 -s rr", "-a -t [2001:db8::80]:80 -r 2001:db8:1::11 -g"});
  const Outcome out = bench.request(syn6());
  BOOST_TEST(out.verdict.next_hop == address("2001:db8:1::11"));
  check_same(out.bytes, syn6().with_ttl(63).bytes(), "route");
}

BOOST_AUTO_TEST_CASE(refusals_speak_icmpv6) {
  struct Case {
    const char* what;
    Spec spec;
    uint8_t type, code;
    uint32_t mtu;
  };
  Spec large = syn6();
  large.payload.assign(1500, 'x');
  const Case cases[] = {{"hop limit 1", syn6().with_ttl(1), 3, 0, 0},
                        {"larger than the way", large, 2, 0, 1500}};
  for (const Case& c : cases) {
    Bench6 bench;
    bench.rules({"-A -t [2001:db8::80]:80 -s rr", "-a -t [2001:db8::80]:80 -r 2001:db8:1::11 -g"});
    const Outcome out = bench.request(c.spec);
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(out.verdict.action == Action::drop);
      BOOST_TEST(out.verdict.answer.wanted);
      BOOST_TEST(unsigned{out.verdict.answer.type} == unsigned{c.type});
      BOOST_TEST(unsigned{out.verdict.answer.code} == unsigned{c.code});
      BOOST_TEST(out.verdict.answer.mtu == c.mtu);
      BOOST_TEST(out.verdict.answer.source == address("2001:db8::80"));
    }
  }
  Bench6 bench;
  bench.rules({"-A -t [2001:db8::80]:80 -s rr"});
  const Outcome out = bench.request(syn6());
  BOOST_TEST(unsigned{out.verdict.answer.type} == 1U);  // port unreachable
  BOOST_TEST(unsigned{out.verdict.answer.code} == 4U);
}

BOOST_AUTO_TEST_CASE(a_packet_that_came_in_fitting_pieces_fits) {
  for (const uint32_t piece : {1400U, 1501U}) {
    Bench6 bench;
    bench.rules({"-A -u [2001:db8::80]:80 -s rr", "-a -u [2001:db8::80]:80 -r 2001:db8:1::11 -g"});
    Spec large = datagram6();
    large.payload.assign(2500, 'x');
    wire::Frame frame = frame_of(large.bytes());
    frame.set_largest_fragment(piece);
    const auto verdict = bench.director.process(frame, Hook::local_in, bench.now);
    BOOST_TEST((verdict.action == Action::forward) == (piece <= 1500));
  }
}

struct TunnelCase {
  const char* what;
  const char* options;  // of the server
  bool inner6, outer6;
  size_t shim;       // bytes between outer header and packet
  uint8_t protocol;  // of the outer header
};

BOOST_AUTO_TEST_CASE(tunnels_of_every_type_and_family) {
  const TunnelCase cases[] = {
      {"ipip, 4 in 4", "", false, false, 0, 4},
      {"ipip, 6 in 4", "", true, false, 0, 41},
      {"ipip, 4 in 6", "", false, true, 0, 4},
      {"ipip, 6 in 6", "", true, true, 0, 41},
      {"gre, 4 in 4", "--tun-type gre", false, false, 4, 47},
      {"gre with checksum, 4 in 4", "--tun-type gre --tun-csum", false, false, 8, 47},
      {"gre, 6 in 4", "--tun-type gre", true, false, 4, 47},
      {"gue, 4 in 4", "--tun-type gue --tun-port 6080", false, false, 12, 17},
      {"gue with checksum, 6 in 4", "--tun-type gue --tun-port 6080 --tun-csum", true, false, 12,
       17},
      {"gue, 4 in 6", "--tun-type gue --tun-port 6080", false, true, 12, 17},
  };
  for (const TunnelCase& c : cases) {
    Bench6 bench;
    const std::string service = c.inner6 ? "-t [2001:db8::80]:80" : "-t 192.0.2.10:80";
    const std::string server = c.outer6 ? "[2001:db8:1::11]:80" : "198.51.100.1:80";
    bench.rules({("-A " + service + " -s rr").c_str(),
                 ("-a " + service + " -r " + server + " -i " + c.options).c_str()});
    const Spec in = c.inner6 ? syn6() : tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S");
    const Outcome out = bench.request(in);
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(out.verdict.action == Action::forward);
      Packet bytes = out.bytes;
      const auto outer = wire::IpEdit::over(bytes);
      BOOST_REQUIRE(outer);
      BOOST_TEST(outer->is_v4() == !c.outer6);
      BOOST_TEST(unsigned{outer->protocol()} == unsigned{c.protocol});
      BOOST_TEST(unsigned{outer->hops()} == 63U);
      BOOST_TEST(outer->destination() == end(server).address);
      if (outer->is_v4()) BOOST_TEST(outer->v4().checksum_good());
      const auto payload = outer->payload();
      check_same(Packet(payload.begin() + static_cast<ptrdiff_t>(c.shim), payload.end()),
                 in.with_ttl(63).bytes(), "the packet inside");
    }
  }
}

BOOST_AUTO_TEST_CASE(headers_of_gre_and_gue) {
  const auto shim = [](const char* options, size_t size) {
    Bench bench;
    bench.rules({"-A -t 192.0.2.10:80 -s rr",
                 (std::string("-a -t 192.0.2.10:80 -r 198.51.100.1 -i ") + options).c_str()});
    const Outcome out = bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
    return Packet(out.bytes.begin() + 20, out.bytes.begin() + 20 + static_cast<ptrdiff_t>(size));
  };
  check_same(shim("--tun-type gre", 4), {0, 0, 8, 0}, "GRE for IPv4 (RFC 2784)");
  const Packet with_sum = shim("--tun-type gre --tun-csum", 8);
  BOOST_TEST(unsigned{with_sum[0]} == 0x80U);
  BOOST_TEST((with_sum[4] != 0 || with_sum[5] != 0));
  const Packet gue = shim("--tun-type gue --tun-port 6080", 12);
  BOOST_TEST((gue[2] << 8 | gue[3]) == 6080);
  check_same(Packet(gue.begin() + 6, gue.end()), {0, 0, 0, 4, 0, 0},
             "no checksum; version 0, IPIP");
}

BOOST_AUTO_TEST_CASE(esp_follows_its_key_exchange) {
  Bench bench;
  bench.rules({"-A -u 192.0.2.10:500 -s rr", "-a -u 192.0.2.10:500 -r 198.51.100.1:500 -g",
               "-a -u 192.0.2.10:500 -r 198.51.100.2:500 -g"});
  const auto esp = [&](const char* client) {
    Tins::IP ip("192.0.2.10", client);
    ip.protocol(50);
    ip.ttl(64);
    return (ip / Tins::RawPDU("0123456789abcdef")).serialize();
  };
  Packet packet = esp("203.0.113.5");
  packet[9] = 50;
  BOOST_TEST(bench.send(packet).verdict.action == Action::pass);
  BOOST_TEST(bench.server_of(udp_packet("203.0.113.5:500", "192.0.2.10:500")) == "198.51.100.2");
  const Outcome out = bench.send(packet);
  BOOST_TEST(out.verdict.action == Action::forward);
  BOOST_TEST(out.verdict.next_hop == address("198.51.100.2"));
}

}  // namespace
}  // namespace lvslab::director::test
