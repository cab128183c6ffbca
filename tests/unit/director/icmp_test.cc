// ICMP errors about connections, there and back, and about tunnels.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

const std::string kClient = "203.0.113.5";
const std::string kServer = "198.51.100.1";

Spec from_client(bool udp) {
  Spec spec = tcp_packet(kClient + ":40000", "192.0.2.10:80", "S");
  spec.udp = udp;
  return spec;
}

// A director that has sent one request to its one server.
struct Talking : Bench {
  Talking(const std::string& method, bool udp, uint16_t port, Settings settings = {})
      : Bench(settings) {
    const std::string service = std::string(udp ? "-u" : "-t") + " 192.0.2.10:80";
    rules(
        {("-A " + service + " -s rr").c_str(),
         ("-a " + service + " -r " + kServer + ":" + std::to_string(port) + " " + method).c_str()});
    request(from_client(udp));
  }
};

IcmpSpec icmp(const std::string& from, const std::string& to, uint8_t type, uint8_t code,
              const Packet& body) {
  IcmpSpec spec;
  spec.from = from;
  spec.to = to;
  spec.type = type;
  spec.code = code;
  spec.body = body;
  return spec;
}

// The quoted transport checksum is not changed: this is what a translated quotation looks like.
Packet with_checksum_of(Packet quoted, const Packet& other, size_t at) {
  if (quoted.size() >= at + 2)
    std::copy_n(other.begin() + static_cast<ptrdiff_t>(at), 2,
                quoted.begin() + static_cast<ptrdiff_t>(at));
  return quoted;
}

BOOST_AUTO_TEST_CASE(nat_error_from_the_client_side_goes_to_the_server) {
  for (const bool udp : {false, true})
    for (const size_t octets : {4U, 8U, 40U})
      for (const uint8_t type : {uint8_t{3}, uint8_t{4}, uint8_t{11}}) {
        BOOST_TEST_CONTEXT((udp ? "UDP" : "TCP") << " octets " << octets << " type " << int{type}) {
          Talking bench("-m", udp, 8080);
          // Someone saw the reply VIP:80 > client and complains to the VIP.
          Spec seen = from_client(udp).with_from("192.0.2.10:80").with_to(kClient + ":40000");
          const Spec sent = seen.with_from(kServer + ":8080");
          const size_t at = udp ? 26 : 36;
          const Packet in_quote = quote(seen.bytes(), octets);
          const Packet out_quote = with_checksum_of(quote(sent.bytes(), octets), in_quote, at);
          const Outcome out = bench.send(icmp("203.0.113.77", kVip, type, 1, in_quote).bytes());
          BOOST_TEST(out.verdict.action == Action::forward);
          BOOST_TEST(out.verdict.next_hop == address(kServer));
          BOOST_TEST(out.note.icmp_error);
          IcmpSpec expected = icmp("203.0.113.77", kServer, type, 1, out_quote);
          expected.ttl = 63;
          check_same(out.bytes, expected.bytes(), "outer destination, inner source and port");
        }
      }
}

BOOST_AUTO_TEST_CASE(nat_error_from_the_server_side_goes_to_the_client) {
  for (const bool udp : {false, true})
    for (const char* from : {"198.51.100.1", "198.51.100.77"}) {  // the server; a router before it
      Talking bench("-m", udp, 8080);
      const Spec seen = from_client(udp).with_to(kServer + ":8080").with_ttl(60);
      const Packet in_quote = quote(seen.bytes());
      const Packet out_quote =
          with_checksum_of(quote(seen.with_to("192.0.2.10:80").bytes()), in_quote, udp ? 26 : 36);
      const Outcome out = bench.send(icmp(from, kClient, 3, 3, in_quote).bytes(), Hook::forward);
      BOOST_TEST(out.verdict.action == Action::forward);
      BOOST_TEST(out.verdict.next_hop == address(kClient));
      check_same(out.bytes, icmp(kVip, kClient, 3, 3, out_quote).bytes(),
                 "outer source is the VIP, whoever sent it");
    }
}

BOOST_AUTO_TEST_CASE(dr_and_tun_errors_are_forwarded) {
  const Spec seen = from_client(false).with_from("192.0.2.10:80").with_to(kClient + ":40000");
  const IcmpSpec error = icmp("203.0.113.77", kVip, 3, 4, quote(seen.bytes()));
  IcmpSpec expected = error;
  expected.ttl = 63;
  Talking dr("-g", false, 80);
  check_same(dr.send(error.bytes()).bytes, expected.bytes(), "DR: as it is");
  Talking tun("-i", false, 80);
  const Outcome out = tun.send(error.bytes());
  BOOST_TEST(out.verdict.action == Action::forward);
  check_same(Packet(out.bytes.begin() + 20, out.bytes.end()), expected.bytes(), "TUN: wrapped");
  BOOST_TEST(int{out.bytes[9]} == 4);
  // The other way they cross as they are.
  const IcmpSpec back = icmp(kServer, kClient, 3, 3, quote(from_client(false).bytes()));
  const Outcome crossed = dr.send(back.bytes(), Hook::forward);
  BOOST_TEST(crossed.verdict.action == Action::pass);
  BOOST_TEST(crossed.note.icmp_error);
  check_same(crossed.bytes, back.bytes(), "DR outbound");
}

BOOST_AUTO_TEST_CASE(errors_of_no_concern_pass) {
  Talking bench("-m", false, 8080);
  const Spec seen = from_client(false).with_from("192.0.2.10:80").with_to(kClient + ":40000");
  Packet fragment = quote(seen.bytes());
  fragment[7] = 1;  // offset 8: what stands there is read as ports all the same
  fragment[21] = 81;
  const Packet cases[] = {
      icmp("203.0.113.77", kVip, 8, 0, quote(seen.bytes())).bytes(),   // echo request
      icmp("203.0.113.77", kVip, 5, 0, quote(seen.bytes())).bytes(),   // redirect
      icmp("203.0.113.77", kVip, 12, 0, quote(seen.bytes())).bytes(),  // parameter problem
      icmp("203.0.113.77", kVip, 3, 1, quote(seen.with_from("192.0.2.10:81").bytes())).bytes(),
      icmp("203.0.113.77", kVip, 3, 1, quote(seen.with_to(kClient + ":40001").bytes())).bytes(),
      icmp("203.0.113.77", kVip, 3, 1, quote(seen.bytes(), 3)).bytes(),  // no ports
      icmp("203.0.113.77", kVip, 3, 1, Packet(10, 0x45)).bytes(),
      icmp("203.0.113.77", kVip, 3, 1, {}).bytes(),
      icmp("203.0.113.77", kVip, 3, 1, fragment).bytes(),
  };
  for (const Packet& packet : cases)
    for (const Hook hook : {Hook::local_in, Hook::forward}) {
      const Outcome out = bench.send(packet, hook);
      BOOST_TEST(out.verdict.action == Action::pass);
      check_same(out.bytes, packet, "untouched");
    }
}

BOOST_AUTO_TEST_CASE(bad_icmp_checksums_are_dropped) {
  const Spec seen = from_client(false).with_from("192.0.2.10:80").with_to(kClient + ":40000");
  for (const char* method : {"-m", "-g", "-i"}) {
    Talking bench(method, false, 80);
    Packet in = icmp("203.0.113.77", kVip, 3, 1, quote(seen.bytes())).bytes();
    in[22] ^= 1;
    BOOST_TEST(bench.send(in).verdict.reason == DropReason::bad_icmp_checksum);
  }
  Talking nat("-m", false, 80);
  Packet out =
      icmp(kServer, kClient, 3, 3, quote(from_client(false).with_to(kServer + ":80").bytes()))
          .bytes();
  BOOST_TEST(nat.send(out, Hook::forward).verdict.action == Action::forward);
  out[22] ^= 1;
  BOOST_TEST(nat.send(out, Hook::forward).verdict.reason == DropReason::bad_icmp_checksum);
}

BOOST_AUTO_TEST_CASE(no_error_about_an_error) {
  Talking bench("-m", false, 80);
  const Spec seen = from_client(false).with_from("192.0.2.10:80").with_to(kClient + ":40000");
  IcmpSpec error = icmp("203.0.113.77", kVip, 3, 1, quote(seen.bytes()));
  error.ttl = 1;
  const Outcome out = bench.send(error.bytes());
  BOOST_TEST(out.verdict.reason == DropReason::time_exceeded);
  BOOST_TEST(!out.verdict.answer.wanted);
  // Nor is one too large.
  error.ttl = 64;
  error.dont_fragment = true;
  bench.routes.special[kServer] = Route{60, address(kDip), false};
  BOOST_TEST(bench.send(error.bytes()).verdict.action == Action::forward);
}

BOOST_AUTO_TEST_CASE(errors_do_not_keep_a_connection_alive) {
  Talking bench("-m", false, 80);
  bench.now += 30s;
  const Spec seen = from_client(false).with_from("192.0.2.10:80").with_to(kClient + ":40000");
  bench.send(icmp("203.0.113.77", kVip, 3, 1, quote(seen.bytes())).bytes());
  BOOST_TEST((bench.only_connection().left == 30s));
  BOOST_TEST(bench.only_connection().state == "SYN_RECV");
  BOOST_TEST(bench.server("198.51.100.1:80").total.packets_in == 2U);  // but they count
}

// A router on the way to a tunnel server complains about the outer packet.
IcmpSpec about_tunnel(const Packet& inner, uint8_t type, uint8_t code, uint16_t mtu,
                      const std::string& to = kServer) {
  IcmpSpec error = icmp("198.51.100.77", kDip, type, code,
                        quote(tunnelled(inner, kDip, to, 60, 0, true, 0), inner.size()));
  error.mtu = mtu;
  return error;
}

BOOST_AUTO_TEST_CASE(errors_about_the_tunnel_are_told_on) {
  Talking bench("-i", false, 80);
  Spec sent = from_client(false).with_ttl(63);
  const Packet inner = quote(sent.bytes());
  const Outcome first = bench.send(about_tunnel(inner, 3, 4, 1400).bytes());
  BOOST_TEST(first.verdict.reason == DropReason::tunnel_error);
  BOOST_TEST(first.verdict.answer.wanted);
  BOOST_TEST(int{first.verdict.answer.type} == 3);
  BOOST_TEST(int{first.verdict.answer.code} == 4);
  BOOST_TEST(first.verdict.answer.mtu == 1480U);  // the first still tells the old value
  BOOST_TEST(first.verdict.answer.source == address(kVip));
  check_same(first.bytes, inner, "the frame is what was quoted of the client's packet");
  const Outcome second = bench.send(about_tunnel(inner, 3, 4, 1400).bytes());
  BOOST_TEST(second.verdict.answer.mtu == 1480U);  // so does every one until a packet is sent

  // From now on such packets are refused here.
  Spec large = from_client(false);
  large.payload.assign(1341, 'x');
  BOOST_TEST(bench.request(large).verdict.answer.mtu == 1380U);
  large.payload.assign(1340, 'x');
  BOOST_TEST(bench.request(large).verdict.action == Action::forward);
  const Outcome third = bench.send(about_tunnel(inner, 3, 4, 1300).bytes());
  BOOST_TEST(third.verdict.answer.mtu == 1280U);  // the way follows what is told

  const Outcome expired = bench.send(about_tunnel(inner, 11, 0, 0).bytes());
  BOOST_TEST(int{expired.verdict.answer.type} == 11);
  BOOST_TEST(expired.verdict.answer.mtu == 0U);
}

BOOST_AUTO_TEST_CASE(errors_about_the_tunnel_that_stay_untold) {
  Talking bench("-i", false, 80);
  Spec sent = from_client(false).with_ttl(63);
  const Packet inner = quote(sent.bytes());
  sent.dont_fragment = false;
  const Outcome no_df = bench.send(about_tunnel(quote(sent.bytes()), 3, 4, 1400).bytes());
  BOOST_TEST(no_df.verdict.reason == DropReason::tunnel_error);
  BOOST_TEST(!no_df.verdict.answer.wanted);  // the client does not look for path MTUs

  const Packet passing[] = {
      about_tunnel(inner, 3, 4, 1400, "198.51.100.99").bytes(),  // no tunnel of ours
      about_tunnel(quote(sent.with_to("192.0.2.10:81").bytes()), 3, 4, 1400).bytes(),
      about_tunnel(quote(sent.bytes(), 3), 3, 4, 1400).bytes(),
  };
  for (const Packet& packet : passing) {
    const Outcome out = bench.send(packet);
    BOOST_TEST(out.verdict.action == Action::pass);
    check_same(out.bytes, packet, "untouched");
  }
  // At forward it is somebody else's tunnel.
  const Packet crossing = about_tunnel(inner, 3, 4, 1400).bytes();
  BOOST_TEST(bench.send(crossing, Hook::forward).verdict.action == Action::pass);
  Packet wrong = crossing;
  wrong[22] ^= 1;
  BOOST_TEST(bench.send(wrong).verdict.reason == DropReason::bad_icmp_checksum);
}

}  // namespace
}  // namespace lvslab::director::test
