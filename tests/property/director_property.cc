// What holds of a director whatever its servers, weights and packets: masquerade there and back is
// nothing, each scheduler is as fair as it promises, Maglev moves little when a server goes.

#include <rapidcheck/boost_test.h>
#include <tins/tins.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "emulator/director/director.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"
#include "tests/property/generators.hh"

using namespace lvslab;
using director::Action;
using director::Hook;

namespace {

class OneRoute final : public director::Routes {
 public:
  std::optional<director::Route> route_to(const wire::IpAddress&) const override {
    return director::Route{1500, *wire::IpAddress::parse("10.0.0.1"), false};
  }
};

constexpr const char* kVirtual = "198.51.100.100";

std::string real_of(size_t server) {
  return "10.0.0." + std::to_string(11 + server);
}

// A director with servers of these weights behind tcp/80 and udp/80, ready for packets.
class Balancer {
 public:
  Balancer(const std::string& scheduler, const std::vector<int>& weights) {
    for (const char* over : {"-t ", "-u "}) {
      const std::string service = std::string(over) + kVirtual + ":80";
      apply("-A " + service + " -s " + scheduler);
      for (size_t i = 0; i < weights.size(); ++i)
        apply("-a " + service + " -r " + real_of(i) + ":8080 -m -w " + std::to_string(weights[i]));
    }
  }
  void apply(const std::string& rule) { director_.apply(ipvs::parse(rule), Time{}); }
  Action process(wire::Frame& frame, Hook hook) {
    return director_.process(frame, hook, Time{}).action;
  }

  // Where the first packet of a new connection goes.
  std::string pick(uint32_t client) {
    Tins::TCP syn(80, static_cast<uint16_t>(1024 + client % 60000));
    syn.flags(Tins::TCP::SYN);
    auto ip =
        Tins::IP(kVirtual, wire::Ipv4(wire::IpAddress::v4_from(0xc0000000 + client / 60000).v4())) /
        syn;
    auto frame = wire::Frame::copy_of(ip.serialize());
    RC_ASSERT(process(frame, Hook::local_in) == Action::forward);
    return wire::Ipv4View::over(frame.bytes())->destination().to_string();
  }

 private:
  OneRoute routes_;
  director::Director director_{{}, routes_, 1};
};

rc::Gen<std::vector<int>> weights() {
  return rc::gen::nonEmpty(
      rc::gen::resize(7, rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 9))));
}

wire::Frame random_packet() {
  const auto payload = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto port = *rc::gen::inRange<uint16_t>(1024, 65535);
  const auto client = *rc::gen::inRange<uint32_t>(0x0b000000, 0x0bffffff);
  Tins::IP ip(kVirtual, wire::Ipv4(wire::IpAddress::v4_from(client).v4()));
  ip.ttl(*rc::gen::inRange<uint8_t>(3, 255));
  ip.id(*rc::gen::arbitrary<uint16_t>());
  if (*rc::gen::arbitrary<bool>()) {
    Tins::TCP tcp(80, port);
    tcp.flags(Tins::TCP::SYN);
    tcp.seq(*rc::gen::arbitrary<uint32_t>());
    return wire::Frame::copy_of((ip / tcp / Tins::RawPDU(payload)).serialize());
  }
  return wire::Frame::copy_of((ip / Tins::UDP(80, port) / Tins::RawPDU(payload)).serialize());
}

// The same packet from its receiver to its sender, with right sums.
wire::Frame turned_round(const wire::Frame& packet) {
  const Bytes bytes = packet.bytes();
  Tins::IP ip(bytes.data(), static_cast<uint32_t>(bytes.size()));
  const auto from = ip.src_addr(), to = ip.dst_addr();
  ip.src_addr(to);
  ip.dst_addr(from);
  if (auto* tcp = ip.find_pdu<Tins::TCP>()) {
    const auto port = tcp->sport();
    tcp->sport(tcp->dport());
    tcp->dport(port);
    tcp->flags(Tins::TCP::SYN | Tins::TCP::ACK);
  } else if (auto* udp = ip.find_pdu<Tins::UDP>()) {
    const auto port = udp->sport();
    udp->sport(udp->dport());
    udp->dport(port);
  }
  return wire::Frame::copy_of(ip.serialize());
}

struct Ends {
  wire::Endpoint from, to;
  bool sums_right = false;
};

Ends ends_of(const wire::Frame& packet) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  const uint8_t* ports = ip.payload().data();
  const auto size = static_cast<uint32_t>(ip.payload().size());
  const bool right =
      wire::checksum_ok(packet.bytes().first(ip.header_length())) &&
      wire::checksum_ok(ip.payload(), wire::pseudo_header_sum(ip.source(), ip.destination(),
                                                              ip.protocol(), size));
  return {{ip.source(), load_be16(ports)}, {ip.destination(), load_be16(ports + 2)}, right};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(director)

RC_BOOST_PROP(masquerade_there_and_back, ()) {
  Balancer balancer(*rc::gen::element<std::string>("rr", "wlc", "sh", "mh"), *weights());
  auto packet = random_packet();
  const Ends asked = ends_of(packet);
  RC_ASSERT(balancer.process(packet, Hook::local_in) == Action::forward);
  const Ends there = ends_of(packet);
  RC_ASSERT(there.sums_right);
  RC_ASSERT(there.from == asked.from);
  RC_ASSERT(there.to.port == 8080);
  auto reply = turned_round(packet);
  RC_ASSERT(balancer.process(reply, Hook::forward) == Action::forward);
  const Ends back = ends_of(reply);
  RC_ASSERT(back.sums_right);
  RC_ASSERT(back.from == asked.to);
  RC_ASSERT(back.to == asked.from);
}

// Over a whole turn each server gets its weight's share, exactly.
RC_BOOST_PROP(weighted_round_robin_is_exact, ()) {
  const auto given = *weights();
  const int divisor = std::accumulate(given.begin(), given.end(), 0, std::gcd<int, int>);
  const int turn = std::accumulate(given.begin(), given.end(), 0) / divisor;
  Balancer balancer("wrr", given);
  std::map<std::string, int> got;
  // wrr begins where adding its servers left it: a first turn brings it to its beginning.
  for (int i = 0; i < turn; ++i) balancer.pick(static_cast<uint32_t>(i));
  for (int i = 0; i < turn; ++i) ++got[balancer.pick(static_cast<uint32_t>(turn + i))];
  for (size_t i = 0; i < given.size(); ++i) RC_ASSERT(got[real_of(i)] == given[i] / divisor);
}

RC_BOOST_PROP(round_robin_differs_by_one_at_most, ()) {
  const auto given = *weights();
  const auto picks = *rc::gen::inRange<uint32_t>(1, 60);
  Balancer balancer("rr", given);
  std::map<std::string, int> got;
  for (uint32_t i = 0; i < picks; ++i) ++got[balancer.pick(i)];
  const int least = static_cast<int>(picks / given.size());
  for (size_t i = 0; i < given.size(); ++i)
    RC_ASSERT(got[real_of(i)] == least || got[real_of(i)] == least + 1);
}

// wlc weighs connections by weight: no server is ahead of its share by more than one.
RC_BOOST_PROP(weighted_least_connection_keeps_shares, ()) {
  const auto given = *weights();
  const int sum = std::accumulate(given.begin(), given.end(), 0);
  Balancer balancer("wlc", given);
  std::map<std::string, int> got;
  constexpr int kPicks = 100;
  for (uint32_t i = 0; i < kPicks; ++i) ++got[balancer.pick(i)];
  for (size_t i = 0; i < given.size(); ++i) {
    const double share = static_cast<double>(kPicks) * given[i] / sum;
    RC_ASSERT(std::abs(got[real_of(i)] - share) <= static_cast<double>(given.size()) + 1);
  }
}

// Who was elsewhere stays there when a server goes, but for a few (Eisenbud et al., 2016, 5.3).
RC_BOOST_PROP(maglev_moves_little, ()) {
  const auto servers = *rc::gen::inRange<size_t>(3, 8);
  const auto gone = *rc::gen::inRange<size_t>(0, servers);
  const std::vector<int> equal(servers, 1);
  constexpr uint32_t kClients = 400;
  Balancer before("mh -b mh-port", equal), after("mh -b mh-port", equal);
  after.apply(std::string("-d -t ") + kVirtual + ":80 -r " + real_of(gone) + ":8080");
  uint32_t moved = 0, stayed = 0;
  std::map<std::string, uint32_t> share;
  for (uint32_t client = 0; client < kClients; ++client) {
    const auto was = before.pick(client), is = after.pick(client);
    ++share[was];
    RC_ASSERT(is != real_of(gone));
    if (was == real_of(gone)) continue;
    ++(was == is ? stayed : moved);
  }
  RC_ASSERT(moved * 4 <= stayed);  // far fewer; round robin by hash modulo moves most
  for (const auto& [server, count] : share)
    RC_ASSERT(count * servers <= 2 * kClients && 2 * count * servers >= kClients);
}

BOOST_AUTO_TEST_SUITE_END()
