// ICMP errors about packets in GUE and GRE tunnels: which of them are told on to the client. Those
// about IPIP are in icmp_test.cc.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr size_t kOuter = 20;  // bytes of the outer IP header
const std::string kGue = "--tun-type gue --tun-port 6080";

// A director whose one server is at the end of a tunnel, and what it sent there.
struct Tunnelling : Bench {
  explicit Tunnelling(const std::string& tunnel) {
    rules({"-A -t 192.0.2.10:80 -s rr",
           ("-a -t 192.0.2.10:80 -r 198.51.100.1 -i " + tunnel).c_str()});
    const Outcome out = request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
    BOOST_REQUIRE(out.verdict.action == Action::forward);
    sent = out.bytes;
  }
  // A router on the way says that `outer` was too long.
  Packet complaint_about(const Packet& outer, uint8_t type = 3, uint8_t code = 4) const {
    IcmpSpec error;
    error.from = "198.51.100.77";
    error.to = kDip;
    error.type = type;
    error.code = code;
    error.mtu = type == 3 ? 1400 : 0;
    error.body = outer;
    return error.bytes();
  }

  Packet sent;
};

Packet with(Packet packet, size_t at, uint8_t value) {
  packet[at] = value;
  return packet;
}

BOOST_AUTO_TEST_CASE(errors_about_gue_and_gre_are_told_of_the_packet_inside) {
  struct Row {
    std::string tunnel;
    size_t shim;  // bytes between the outer IP header and the packet inside
  };
  for (const Row& row : {Row{kGue, 12}, Row{kGue + " --tun-csum", 12}, Row{"--tun-type gre", 4},
                         Row{"--tun-type gre --tun-csum", 8}}) {
    for (const uint8_t type : {uint8_t{3}, uint8_t{11}}) {
      BOOST_TEST_CONTEXT(row.tunnel << ", type " << int{type}) {
        Tunnelling bench(row.tunnel);
        const Outcome out = bench.send(bench.complaint_about(bench.sent, type, type == 3 ? 4 : 0));
        BOOST_TEST(out.verdict.reason == DropReason::tunnel_error);
        BOOST_TEST(out.verdict.answer.wanted);
        BOOST_TEST(int{out.verdict.answer.type} == int{type});
        BOOST_TEST(out.verdict.answer.source == address(kVip));
        BOOST_TEST((out.verdict.answer.mtu != 0) == (type == 3));
        BOOST_TEST(describe(out.verdict, out.note).find("dropped, tunnel_error") !=
                   std::string::npos);
        const auto inner = bench.sent.begin() + static_cast<ptrdiff_t>(kOuter + row.shim);
        check_same(out.bytes, Packet(inner, bench.sent.end()), "the client's packet");
      }
    }
  }
}

// draft-ietf-intarea-gue, 3.2: Hlen counts words of four bytes behind the first.
BOOST_AUTO_TEST_CASE(optional_words_of_gue_are_passed_over) {
  Tunnelling bench(kGue);
  const Packet inner(bench.sent.begin() + kOuter + 12, bench.sent.end());
  Packet outer = with(bench.sent, kOuter + 8, 2);
  outer.insert(outer.begin() + kOuter + 12, 8, 0xaa);
  const Outcome out = bench.send(bench.complaint_about(outer));
  BOOST_TEST(out.verdict.reason == DropReason::tunnel_error);
  check_same(out.bytes, inner, "the client's packet, behind two words");
}

BOOST_AUTO_TEST_CASE(what_the_director_did_not_send_is_told_to_nobody) {
  struct Row {
    const char* says;
    std::string tunnel;
    size_t at;  // in the outer packet
    uint8_t value;
  };
  const Row rows[] = {
      {"a GUE control message", kGue, kOuter + 8, 0x20},
      {"another version of GUE", kGue, kOuter + 8, 0x40},
      {"IPv6 in GUE", kGue, kOuter + 9, 41},
      {"another port of the server", kGue, kOuter + 3, 0xc1},
      {"a server that speaks GUE is sent no GRE", kGue, 9, 47},
      {"a header of GUE that ends behind what is quoted", kGue, kOuter + 8, 0x1f},
      {"GRE with a key", "--tun-type gre", kOuter, 0x20},
      {"GRE of another version", "--tun-type gre", kOuter + 1, 1},
      {"IPv6 in GRE", "--tun-type gre", kOuter + 2, 0x86},
      {"a server that speaks GRE is sent no IPIP", "--tun-type gre", 9, 4},
      {"a server that speaks GRE is sent no UDP", "--tun-type gre", 9, 17},
      {"a server that speaks IPIP is sent no GRE", "", 9, 47},
      {"an outer fragment other than the first has no packet inside", "--tun-type gre", 7, 1},
      {"no IPv4 inside", "--tun-type gre", kOuter + 4, 0x65},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      Tunnelling bench(row.tunnel);
      const Packet packet = bench.complaint_about(with(bench.sent, row.at, row.value));
      const Outcome out = bench.send(packet);
      BOOST_TEST(out.verdict.action == Action::pass);
      BOOST_TEST(!out.verdict.answer.wanted);
      check_same(out.bytes, packet, "untouched");
      BOOST_TEST(bench.drops(DropReason::tunnel_error) == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_quotation_cut_at_any_byte_is_told_only_with_the_ports_inside) {
  struct Row {
    std::string tunnel;
    size_t shim;
  };
  for (const Row& row : {Row{"", 0}, Row{kGue, 12}, Row{"--tun-type gre", 4}}) {
    Tunnelling bench(row.tunnel);
    for (size_t size = kOuter; size < bench.sent.size(); ++size) {
      BOOST_TEST_CONTEXT(row.tunnel << ", " << size << " bytes quoted") {
        const Packet quoted(bench.sent.begin(), bench.sent.begin() + static_cast<ptrdiff_t>(size));
        const Outcome out = bench.send(bench.complaint_about(quoted, 11, 0));
        const bool enough = size >= kOuter + row.shim + 20 + 4;
        BOOST_TEST(out.verdict.answer.wanted == enough);
      }
    }
  }
}

}  // namespace
}  // namespace lvslab::director::test
