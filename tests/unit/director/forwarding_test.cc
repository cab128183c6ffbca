// Packet in, packet out, by forwarding method. Expected bytes are libtins' own.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

struct Case {
  const char* what;
  const char* method;  // of the server 198.51.100.1
  Spec in;
  Packet out;
};

Spec syn() {
  return tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S");
}
Spec datagram() {
  return udp_packet("203.0.113.5:40000", "192.0.2.10:80");
}

Packet in_tunnel(const Spec& in, uint8_t outer_tos) {
  const Spec inner = in.with_ttl(static_cast<uint8_t>(in.ttl - 1));
  return tunnelled(inner.bytes(), kDip, "198.51.100.1", inner.ttl, outer_tos, in.dont_fragment, 0);
}

Spec with_tos(Spec spec, uint8_t tos) {
  spec.tos = tos;
  return spec;
}
Spec with_payload(Spec spec, size_t size) {
  spec.payload.assign(size, 'x');
  return spec;
}
Spec without_df(Spec spec) {
  spec.dont_fragment = false;
  return spec;
}

void setup(Bench& bench, const std::string& method) {
  const std::string real = method == "-m" ? "198.51.100.1:8080" : "198.51.100.1:80";
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-A -u 192.0.2.10:80 -s rr",
               ("-a -t 192.0.2.10:80 -r " + real + " " + method).c_str(),
               ("-a -u 192.0.2.10:80 -r " + real + " " + method).c_str()});
}

BOOST_AUTO_TEST_CASE(requests_of_each_method) {
  const Case cases[] = {
      {"NAT: destination becomes RIP and rport, TTL one less, checksums follow", "-m", syn(),
       syn().with_to("198.51.100.1:8080").with_ttl(63).bytes()},
      {"NAT, UDP: the same", "-m", datagram(),
       datagram().with_to("198.51.100.1:8080").with_ttl(63).bytes()},
      {"NAT, odd payload length", "-m", with_payload(syn(), 7),
       with_payload(syn(), 7).with_to("198.51.100.1:8080").with_ttl(63).bytes()},
      {"NAT, TTL 2: the last that passes", "-m", syn().with_ttl(2),
       syn().with_to("198.51.100.1:8080").with_ttl(1).bytes()},
      {"DR: nothing but the TTL", "-g", syn(), syn().with_ttl(63).bytes()},
      {"DR, UDP: nothing but the TTL", "-g", datagram(), datagram().with_ttl(63).bytes()},
      {"TUN: a header in front, DF and TTL of the inner one", "-i", syn(), in_tunnel(syn(), 0)},
      {"TUN, UDP: the same", "-i", datagram(), in_tunnel(datagram(), 0)},
      {"TUN: DSCP and ECT are copied out", "-i", with_tos(syn(), 0xba),
       in_tunnel(with_tos(syn(), 0xba), 0xba)},
      {"TUN: congestion experienced stays inside, ECT(0) outside", "-i", with_tos(syn(), 0xff),
       in_tunnel(with_tos(syn(), 0xff), 0xfe)},
      {"NAT: a full-size packet fits", "-m", with_payload(syn(), 1460),
       with_payload(syn(), 1460).with_to("198.51.100.1:8080").with_ttl(63).bytes()},
      {"TUN: 1480 bytes fit", "-i", with_payload(syn(), 1440),
       in_tunnel(with_payload(syn(), 1440), 0)},
      {"DR: too large, but no DF: the host will make fragments", "-g",
       without_df(with_payload(syn(), 1461)),
       without_df(with_payload(syn(), 1461)).with_ttl(63).bytes()},
  };
  for (const Case& c : cases) {
    Bench bench;
    setup(bench, c.method);
    const Outcome out = bench.request(c.in);
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(out.verdict.action == Action::forward);
      BOOST_TEST(out.verdict.next_hop == address("198.51.100.1"));
      check_same(out.bytes, c.out, c.what);
    }
  }
}

BOOST_AUTO_TEST_CASE(tunnel_without_df_counts_ids) {
  Bench bench;
  setup(bench, "-i");
  const auto id_of = [](const Packet& packet) { return packet[4] << 8 | packet[5]; };
  const Outcome first = bench.request(without_df(syn()));
  const Outcome second =
      bench.request(without_df(tcp_packet("203.0.113.5:40000", "192.0.2.10:80")));
  BOOST_TEST(id_of(second.bytes) == ((id_of(first.bytes) + 1) & 0xffff));
  BOOST_TEST((first.bytes[6] & 0x40) == 0);
  BOOST_TEST(checksums_good(Packet(first.bytes.begin() + 20, first.bytes.end())));
  BOOST_TEST(plain_checksum(first.bytes.data(), 20) == 0);
}

BOOST_AUTO_TEST_CASE(pmtu_disc_off_never_sets_df_outside) {
  Settings settings;
  settings.pmtu_disc = false;
  Bench bench(settings);
  setup(bench, "-i");
  const Outcome out = bench.request(with_payload(syn(), 1460));
  BOOST_TEST(out.verdict.action == Action::forward);  // and no MTU check: the host makes fragments
  BOOST_TEST(out.bytes.size() == 1520U);
  BOOST_TEST((out.bytes[6] & 0x40) == 0);
}

BOOST_AUTO_TEST_CASE(replies_of_each_method) {
  Bench nat;
  setup(nat, "-m");
  nat.request(syn());
  nat.request(datagram());
  const Spec syn_ack = tcp_packet("198.51.100.1:8080", "203.0.113.5:40000", "SA").with_ttl(63);
  const Outcome tcp = nat.reply(syn_ack);
  BOOST_TEST(tcp.verdict.action == Action::forward);
  BOOST_TEST(tcp.verdict.next_hop == address("203.0.113.5"));
  BOOST_TEST(tcp.note.reply);
  check_same(tcp.bytes, syn_ack.with_from("192.0.2.10:80").bytes(),
             "NAT: source becomes VIP and vport, TTL as the host left it");
  const Spec answer = udp_packet("198.51.100.1:8080", "203.0.113.5:40000");
  check_same(nat.reply(answer).bytes, answer.with_from("192.0.2.10:80").bytes(), "NAT, UDP");

  // Not a reply of any connection: untouched.
  for (const Spec& other : {tcp_packet("198.51.100.1:8081", "203.0.113.5:40000"),
                            tcp_packet("198.51.100.1:8080", "203.0.113.5:40001"),
                            tcp_packet("198.51.100.2:8080", "203.0.113.5:40000")}) {
    const Outcome out = nat.reply(other);
    BOOST_TEST(out.verdict.action == Action::pass);
    check_same(out.bytes, other.bytes(), "a packet of no connection");
  }

  Bench dr;
  setup(dr, "-g");
  dr.request(syn());
  const Spec through = tcp_packet("192.0.2.10:80", "203.0.113.5:40000", "SA");
  const Outcome passed = dr.reply(through);
  BOOST_TEST(passed.verdict.action == Action::pass);
  BOOST_TEST(passed.note.reply);
  check_same(passed.bytes, through.bytes(), "DR: a reply through the director is not changed");
}

BOOST_AUTO_TEST_CASE(udp_zero_rules) {
  Bench bench;
  setup(bench, "-m");
  Packet without = datagram().bytes();
  without[26] = without[27] = 0;
  check_same(bench.send(without).bytes,
             datagram().with_to("198.51.100.1:8080").with_ttl(63).bytes(),
             "a datagram without checksum gets one");

  // Over the IP payload, whatever the datagram says of its length.
  Packet lying = without;
  lying[24] = 0;
  lying[25] = 9;
  const Outcome out = bench.send(lying);
  BOOST_TEST(out.verdict.action == Action::forward);
  BOOST_TEST(checksums_good(out.bytes));

  // DR leaves 0 alone.
  Bench dr;
  setup(dr, "-g");
  const Outcome untouched = dr.send(without);
  BOOST_TEST(untouched.bytes[26] == 0);
  BOOST_TEST(untouched.bytes[27] == 0);
}

// Payloads tried until one makes the translated checksum come out as 0.
BOOST_AUTO_TEST_CASE(udp_checksum_zero_is_sent_as_ffff) {
  Bench bench;
  setup(bench, "-m");
  int seen = 0;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    Spec spec = datagram();
    spec.payload = {static_cast<char>(i >> 8), static_cast<char>(i)};
    const Packet out = bench.request(spec).bytes;
    BOOST_REQUIRE((out[26] | out[27]) != 0);
    if (out[26] != 0xff || out[27] != 0xff) continue;
    ++seen;
    BOOST_TEST(checksums_good(out));
  }
  BOOST_TEST(seen == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_checksum_stays_wrong) {
  Bench bench;
  setup(bench, "-m");
  Packet wrong = syn().bytes();
  wrong[36] ^= 0x55;
  const Packet out = bench.send(wrong).bytes;
  BOOST_TEST(!checksums_good(out));
  Packet right = syn().with_to("198.51.100.1:8080").with_ttl(63).bytes();
  const int in_difference = (wrong[36] << 8 | wrong[37]) - (syn().bytes()[36] << 8 | wrong[37]);
  const int out_difference = (out[36] << 8 | out[37]) - (right[36] << 8 | right[37]);
  BOOST_TEST((in_difference - out_difference) % 0xffff == 0);
}

// The device adds what is behind the pseudo header: finishing it must give a right checksum.
BOOST_AUTO_TEST_CASE(partial_checksums) {
  for (const bool udp : {false, true})
    for (const char* method : {"-m", "-g", "-i"}) {
      BOOST_TEST_CONTEXT((udp ? "UDP " : "TCP ") << method) {
        Bench bench;
        setup(bench, method);
        const Spec spec = udp ? datagram() : syn();
        Packet packet = spec.bytes();
        const size_t at = udp ? 26 : 36;
        uint32_t pseudo = packet[9] + static_cast<uint32_t>(packet.size() - 20);
        for (size_t i = 12; i < 20; i += 2) pseudo += uint32_t{packet[i]} << 8 | packet[i + 1];
        const auto folded = static_cast<uint16_t>((pseudo & 0xffff) + (pseudo >> 16));
        packet[at] = static_cast<uint8_t>(folded >> 8);
        packet[at + 1] = static_cast<uint8_t>(folded);

        wire::Frame frame = frame_of(packet);
        frame.set_offload({true, 20, static_cast<uint16_t>(at - 20), wire::Segmentation::none, 0});
        const Verdict verdict = bench.director.process(frame, Hook::local_in, bench.now);
        BOOST_TEST(verdict.action == Action::forward);
        BOOST_REQUIRE(frame.offload().partial_checksum);
        const size_t start = frame.offload().checksum_start;
        BOOST_TEST(start == (std::string(method) == "-i" ? 40U : 20U));
        Packet out = bytes_of(frame);
        const uint16_t sum = plain_checksum(out.data() + start, out.size() - start);
        const size_t field = start + frame.offload().checksum_offset;
        out[field] = static_cast<uint8_t>(sum >> 8);
        out[field + 1] = static_cast<uint8_t>(sum);
        BOOST_TEST(
            checksums_good(Packet(out.begin() + static_cast<ptrdiff_t>(start) - 20, out.end())));
      }
    }
}

BOOST_AUTO_TEST_CASE(super_packets_pass_the_mtu) {
  for (const char* method : {"-m", "-g", "-i"}) {
    Bench bench;
    setup(bench, method);
    wire::Frame frame = frame_of(with_payload(syn(), 20000).bytes());
    frame.set_offload({true, 20, 16, wire::Segmentation::tcp4, 1460});
    BOOST_TEST(bench.director.process(frame, Hook::local_in, bench.now).action == Action::forward);
    BOOST_TEST(frame.offload().segment_size == 1460);
    BOOST_TEST((frame.offload().segmentation == wire::Segmentation::tcp4));
  }
}

struct Refused {
  const char* what;
  const char* method;
  Spec in;
  DropReason reason;
  int type, code;
  uint32_t mtu;
  Packet quoted;  // the packet as it stands in the frame for the ICMP error
};

BOOST_AUTO_TEST_CASE(refusals_with_their_icmp) {
  const Refused cases[] = {
      {"NAT, TTL 1: time exceeded, quoting the packet as it came", "-m", syn().with_ttl(1),
       DropReason::time_exceeded, 11, 0, 0, syn().with_ttl(1).bytes()},
      {"DR, TTL 0 counts as 1", "-g", syn().with_ttl(0), DropReason::time_exceeded, 11, 0, 0,
       syn().with_ttl(0).bytes()},
      {"TUN, TTL 1", "-i", syn().with_ttl(1), DropReason::time_exceeded, 11, 0, 0,
       syn().with_ttl(1).bytes()},
      {"NAT, 1501 bytes with DF: quoted with TTL already less, not translated", "-m",
       with_payload(syn(), 1461), DropReason::fragmentation_needed, 3, 4, 1500,
       with_payload(syn(), 1461).with_ttl(63).bytes()},
      {"DR, 1501 bytes with DF", "-g", with_payload(syn(), 1461), DropReason::fragmentation_needed,
       3, 4, 1500, with_payload(syn(), 1461).with_ttl(63).bytes()},
      {"TUN, 1481 bytes with DF: 20 less fit", "-i", with_payload(syn(), 1441),
       DropReason::fragmentation_needed, 3, 4, 1480,
       with_payload(syn(), 1441).with_ttl(63).bytes()},
  };
  for (const Refused& c : cases) {
    Bench bench;
    setup(bench, c.method);
    const Outcome out = bench.request(c.in);
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(out.verdict.action == Action::drop);
      BOOST_TEST(out.verdict.reason == c.reason);
      BOOST_TEST(out.verdict.answer.wanted);
      BOOST_TEST(int{out.verdict.answer.type} == c.type);
      BOOST_TEST(int{out.verdict.answer.code} == c.code);
      BOOST_TEST(out.verdict.answer.mtu == c.mtu);
      BOOST_TEST(out.verdict.answer.source == address(kVip));
      check_same(out.bytes, c.quoted, c.what);
      BOOST_TEST(bench.drops(c.reason) == 1U);
      // The connection was made before.
      BOOST_TEST(bench.only_connection().state == "SYN_RECV");
    }
  }
}

BOOST_AUTO_TEST_CASE(routes_that_are_not) {
  for (const char* method : {"-m", "-g", "-i"}) {
    Bench bench;
    setup(bench, method);
    bench.routes.special["198.51.100.1"] = std::nullopt;
    const Outcome out = bench.request(syn());
    BOOST_TEST(out.verdict.reason == DropReason::no_route);
    BOOST_TEST(int{out.verdict.answer.type} == 3);
    BOOST_TEST(int{out.verdict.answer.code} == 1);
    check_same(out.bytes, syn().bytes(), "no route: untouched");
  }
  for (const char* method : {"-g", "-i"}) {
    Bench bench;
    setup(bench, method);
    bench.routes.special["198.51.100.1"] = Route{65535, address(kDip), true};
    const Outcome out = bench.request(syn().with_ttl(1));
    BOOST_TEST(out.verdict.action == Action::pass);
    BOOST_TEST(out.note.scheduled);
    check_same(out.bytes, syn().with_ttl(1).bytes(),
               "a server that is the host itself: as it came");
  }
  Bench bench;
  setup(bench, "-m");
  bench.routes.special["198.51.100.1"] = Route{65535, address(kDip), true};
  const Outcome in = bench.request(syn().with_ttl(1));
  BOOST_TEST(in.verdict.action == Action::pass);
  check_same(in.bytes, syn().with_to("198.51.100.1:8080").with_ttl(1).bytes(),
             "masqueraded to the host itself");
  const Spec answer = tcp_packet("198.51.100.1:8080", "203.0.113.5:40000", "SA");
  const Outcome back = bench.send(answer.bytes(), Hook::local_out);
  BOOST_TEST(back.verdict.action == Action::forward);
  check_same(back.bytes, tcp_packet("192.0.2.10:80", "203.0.113.5:40000", "SA").bytes(),
             "what the host answers leaves as the virtual server");
  BOOST_TEST((back.verdict.next_hop == address("203.0.113.5")));

  Bench narrow;
  setup(narrow, "-i");
  narrow.routes.special["198.51.100.1"] = Route{80, address(kDip), false};
  const Outcome out = narrow.request(syn());
  BOOST_TEST(out.verdict.reason == DropReason::fragmentation_needed);
  BOOST_TEST(!out.verdict.answer.wanted);  // less than 68 bytes inside: silence
}

BOOST_AUTO_TEST_CASE(a_tunnel_can_not_exceed_65535_bytes) {
  Bench bench;
  setup(bench, "-i");
  wire::Frame frame = frame_of(with_payload(syn(), 65495).bytes());
  BOOST_REQUIRE_EQUAL(frame.size(), 65535U);
  frame.set_offload({true, 20, 16, wire::Segmentation::tcp4, 1440});
  BOOST_TEST(bench.director.process(frame, Hook::local_in, bench.now).reason ==
             DropReason::too_large);
  wire::Frame fitting = frame_of(with_payload(syn(), 65475).bytes());
  fitting.set_offload({true, 20, 16, wire::Segmentation::tcp4, 1440});
  BOOST_TEST(bench.director.process(fitting, Hook::local_in, bench.now).action == Action::forward);
  BOOST_TEST(fitting.size() == 65535U);
}

BOOST_AUTO_TEST_CASE(ip_options_and_padding) {
  Bench bench;
  setup(bench, "-m");
  // Options: NOPs put between the fixed header and the segment; checksum made anew.
  Packet packet = syn().bytes();
  packet.insert(packet.begin() + 20, {1, 1, 1, 1});
  packet[0] = 0x46;
  packet[3] = static_cast<uint8_t>(packet[3] + 4);
  packet[10] = packet[11] = 0;
  const uint16_t sum = plain_checksum(packet.data(), 24);
  packet[10] = static_cast<uint8_t>(sum >> 8);
  packet[11] = static_cast<uint8_t>(sum);
  const Outcome out = bench.send(packet);
  BOOST_TEST(out.verdict.action == Action::forward);
  BOOST_TEST(checksums_good(out.bytes));
  BOOST_TEST(out.bytes[20] == 1);
  BOOST_TEST((out.bytes[26] << 8 | out.bytes[27]) == 8080);

  // A short packet comes in a frame of 60 bytes: what is behind the IP packet is not part of it.
  Bench tunnel;
  setup(tunnel, "-i");
  Spec small = syn();
  small.payload.clear();
  Packet padded = small.bytes();
  padded.resize(46);
  check_same(tunnel.send(padded).bytes, in_tunnel(small, 0), "padding goes");
}

}  // namespace
}  // namespace lvslab::director::test
