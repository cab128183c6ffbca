// What a network may bring: cut, garbled and foreign packets. And the property that binds both
// translations together.

#include <algorithm>

#include "emulator/base/random.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

void services(Bench& bench, const std::string& method) {
  bench.rules(
      {"-A -t 192.0.2.10:80 -s rr", ("-a -t 192.0.2.10:80 -r 198.51.100.1:80 " + method).c_str(),
       "-A -u 192.0.2.10:53 -s rr", ("-a -u 192.0.2.10:53 -r 198.51.100.1:53 " + method).c_str()});
}

Packet cut(const Packet& packet, size_t size) {
  Packet shorter(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(size));
  shorter[2] = static_cast<uint8_t>(size >> 8);
  shorter[3] = static_cast<uint8_t>(size);
  return shorter;
}

BOOST_AUTO_TEST_CASE(transport_headers_cut_short) {
  const Packet tcp = tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S").bytes();
  const Packet udp = udp_packet("203.0.113.5:40000", "192.0.2.10:53").bytes();
  for (const char* method : {"-m", "-g", "-i"}) {
    Bench bench;
    services(bench, method);
    for (size_t size = 20; size < 40; ++size)
      BOOST_TEST(bench.send(cut(tcp, size)).verdict.reason == DropReason::malformed);
    for (size_t size = 20; size < 28; ++size)
      BOOST_TEST(bench.send(cut(udp, size)).verdict.reason == DropReason::malformed);
    BOOST_TEST(bench.director.connections(bench.now).empty());
    BOOST_TEST(bench.send(cut(tcp, 40)).verdict.action == Action::forward);
    BOOST_TEST(bench.send(cut(udp, 28)).verdict.action == Action::forward);
  }
}

BOOST_AUTO_TEST_CASE(replies_cut_short) {
  Bench bench;
  services(bench, "-m");
  bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
  const Packet reply = tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "SA").bytes();
  for (size_t size = 20; size < 24; ++size)  // no ports: nobody's
    BOOST_TEST(bench.send(cut(reply, size), Hook::forward).verdict.action == Action::pass);
  for (size_t size = 24; size < 40; ++size)
    BOOST_TEST(bench.send(cut(reply, size), Hook::forward).verdict.reason == DropReason::malformed);
}

BOOST_AUTO_TEST_CASE(headers_that_lie) {
  Bench bench;
  services(bench, "-m");
  const Packet good = tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S").bytes();
  Packet long_total = good;
  long_total[2] = 0xff;
  BOOST_TEST(bench.send(long_total).verdict.reason == DropReason::malformed);
  Packet long_header = good;
  long_header[0] = 0x4f;
  long_header[3] = 59;
  BOOST_TEST(bench.send(long_header).verdict.reason == DropReason::malformed);
  Packet version = good;
  version[0] = 0x55;
  BOOST_TEST(bench.send(version).verdict.reason == DropReason::malformed);
  BOOST_TEST(bench.send({}).verdict.action == Action::pass);
  Packet fragment = good;
  fragment[7] = 1;
  BOOST_TEST(bench.send(fragment).verdict.action == Action::pass);
}

BOOST_AUTO_TEST_CASE(foreign_packets_pass) {
  Bench bench;
  services(bench, "-m");
  Packet gre = tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S").bytes();
  gre[9] = 47;
  Packet six(60, 0);
  six[0] = 0x60;
  six[6] = 6;
  for (const Packet& packet : {gre, six})
    for (const Hook hook : {Hook::local_in, Hook::forward}) {
      const Outcome out = bench.send(packet, hook);
      BOOST_TEST(out.verdict.action == Action::pass);
      check_same(out.bytes, packet, "untouched");
    }
}

// A frame with `behind` in the bytes after its end.
wire::Frame frame_before(const Packet& packet, uint8_t behind) {
  wire::Frame frame(packet.size() + 64);
  std::fill_n(frame.data(), frame.size(), behind);
  std::copy(packet.begin(), packet.end(), frame.data());
  frame.truncate(packet.size());
  return frame;
}

// Whatever comes, nothing beyond the frame is read (two directors that see the same packets before
// different bytes do the same), every drop has a reason and is counted, and an outer header is
// right.
BOOST_AUTO_TEST_CASE(garbled_packets) {
  const Packet seeds[] = {
      tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S").bytes(),
      udp_packet("203.0.113.5:40000", "192.0.2.10:53").bytes(),
      tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "SA").bytes(),
      [] {
        IcmpSpec icmp;
        icmp.from = "203.0.113.77";
        icmp.to = kVip;
        icmp.body = quote(tcp_packet("192.0.2.10:80", "203.0.113.5:40000").bytes());
        return icmp.bytes();
      }(),
      [] {
        IcmpSpec icmp;
        icmp.from = "198.51.100.77";
        icmp.to = kDip;
        icmp.code = 4;
        const Packet inner = tcp_packet("203.0.113.5:40000", "192.0.2.10:80").bytes();
        icmp.body = tunnelled(inner, kDip, "198.51.100.1", 60, 0, true, 0);
        return icmp.bytes();
      }(),
  };
  Random random(20240601);
  for (const char* method : {"-m", "-g", "-i"}) {
    Bench bench;
    services(bench, method);
    Bench twin;
    services(twin, method);
    uint64_t dropped = 0;
    for (int i = 0; i < 30000; ++i) {
      Packet packet = seeds[random.below(std::size(seeds))];
      if (random.below(3) == 0) packet = cut(packet, 20 + random.below(packet.size() - 19));
      for (uint64_t change = random.below(4); change > 0; --change)
        packet[random.below(packet.size())] = static_cast<uint8_t>(random.next());
      const Hook hook = random.below(2) ? Hook::local_in : Hook::forward;
      bench.now += 1ms;
      wire::Frame frame = frame_before(packet, 0x00);
      wire::Frame twin_frame = frame_before(packet, 0xa5);
      const Verdict verdict = bench.director.process(frame, hook, bench.now);
      Note note;  // asked of one of the two: it changes nothing
      const Verdict twins = twin.director.process(twin_frame, hook, bench.now, &note);
      BOOST_REQUIRE(verdict.action == twins.action);
      BOOST_REQUIRE(verdict.reason == twins.reason);
      BOOST_REQUIRE(bytes_of(frame) == bytes_of(twin_frame));
      if (verdict.action == Action::drop) {
        ++dropped;
        BOOST_REQUIRE(verdict.reason != DropReason::none);
      }
      if (verdict.action == Action::forward && std::string(method) == "-i" &&
          hook == Hook::local_in)
        BOOST_REQUIRE(plain_checksum(frame.data(), 20) == 0);
    }
    uint64_t counted = 0;
    for (const uint64_t count : bench.director.drops()) counted += count;
    BOOST_TEST(counted == dropped);
    BOOST_TEST(dropped > 0U);
  }
}

// NAT, then NAT back, gives the bytes that were, but for TTL and what follows from it.
BOOST_AUTO_TEST_CASE(there_and_back) {
  Random random(99);
  for (int round = 0; round < 3000; ++round) {
    BOOST_TEST_CONTEXT("round " << round) {
      const bool udp = random.below(2);
      const auto port = [&] { return std::to_string(1 + random.below(65535)); };
      const auto host = [&](const std::string& net) {
        return net + std::to_string(1 + random.below(253));  // .254 is the director itself
      };
      const std::string client =
          host("203.0.113.") + ":" + std::to_string(1024 + random.below(60000));
      const std::string virtual_end = host("192.0.2.") + ":" + port();
      const std::string real = host("198.51.100.") + ":" + port();
      Bench bench;
      const std::string service = std::string(udp ? "-u " : "-t ") + virtual_end;
      bench.rules({("-A " + service + " -s rr").c_str(),
                   ("-a " + service + " -r " + real + " -m").c_str()});
      Spec spec = tcp_packet(client, virtual_end, "S");
      spec.udp = udp;
      spec.id = static_cast<uint16_t>(random.next());
      spec.tos = static_cast<uint8_t>(random.next());
      spec.ttl = static_cast<uint8_t>(2 + random.below(254));
      spec.dont_fragment = random.below(2);
      spec.payload.clear();
      for (uint64_t n = random.below(1400); n > 0; --n)
        spec.payload += static_cast<char>(random.next());
      const Packet there = bench.request(spec).bytes;
      check_same(there, spec.with_to(real).with_ttl(static_cast<uint8_t>(spec.ttl - 1)).bytes(),
                 "there");
      // The same data back: ends exchanged.
      const Spec answer = spec.with_from(real).with_to(client);
      const Packet back = bench.reply(answer).bytes;
      check_same(back, answer.with_from(virtual_end).bytes(), "back");
      // And through a second director that undoes it: what the client sent, one TTL less.
      Bench mirror;
      const std::string undo = std::string(udp ? "-u " : "-t ") + real;
      mirror.rules({("-A " + undo + " -s rr").c_str(),
                    ("-a " + undo + " -r " + virtual_end + " -m").c_str()});
      if (spec.ttl <= 2) continue;
      Packet undone = mirror.send(there).bytes;
      check_same(undone, spec.with_ttl(static_cast<uint8_t>(spec.ttl - 2)).bytes(), "undone");
    }
  }
}

}  // namespace
}  // namespace lvslab::director::test
