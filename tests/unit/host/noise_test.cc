// Whatever comes from the wire, the host stays upright and every frame it sends is well formed.

#include "steps6.hh"

namespace lvslab::host::test {

namespace {

// Good frames of every kind; their noise reaches further in than random bytes do.
std::vector<std::vector<uint8_t>> seeds() {
  Tins::IP many = packet("192.0.2.9", "192.0.2.1");
  const std::vector<uint8_t> list = {4, 0, 0, 0, 0, 0, 0, 0, 0};
  many.add_option(Tins::IP::option(Tins::IP::option_identifier(Tins::IP::RR, Tins::IP::CONTROL, 0),
                                   list.begin(), list.end()));
  Tins::TCP syn(80, 40000);
  syn.flags(Tins::TCP::SYN);
  syn.mss(1460);
  Tins::IP piece = packet("192.0.2.9", "192.0.2.1");
  piece.flags(Tins::IP::MORE_FRAGMENTS);
  Tins::ICMP too_big(Tins::ICMP::DEST_UNREACHABLE);
  too_big.code(4);
  const Tins::IP quoted = packet("192.0.2.1", "192.0.2.9") / Tins::TCP(40000, 80);
  std::vector<std::vector<uint8_t>> frames;
  const auto keep = [&](Tins::PDU&& pdu) { frames.push_back(pdu.serialize()); };
  keep(Tins::EthernetII(kAll, kPeer) /
       arp_request(wire::Ipv4("192.0.2.1"), wire::Ipv4("192.0.2.9"), kPeer));
  keep(to_eth0() / many / Tins::ICMP() / text("echo"));
  keep(to_eth0() / packet("192.0.2.9", "203.0.113.80") / syn);
  keep(to_eth0() / packet("192.0.2.9", "192.0.2.1") / udp(7) / text("hello"));
  keep(to_eth0() / piece / udp(7) / text(std::string(64, 'x')));
  keep(to_eth0() / packet("192.0.2.9", "192.0.2.1") / too_big / quoted);
  keep(to_eth0() / packet("192.0.2.9", "192.0.2.1") / packet("192.0.2.9", "203.0.113.80") /
       Tins::ICMP());
  keep(to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
  frames.push_back(solicitation(kOwn0, kPeer6, kPeer));
  frames.push_back(advertisement(kPeer6, kOwn0, kPeer, kHost0));
  keep(to_eth0() / packet6(kPeer6, kVip) / syn);
  keep(to_eth0() / packet6(kPeer6, kFar6) / udp());
  keep(to_eth0() / packet6(kPeer6, kOwn0) / packet6(kPeer6, kVip) / udp(7) / text("hello"));
  const std::vector<uint8_t> options = {next::kRouting, 0, 0x1e, 4, 0, 0, 0, 0};
  const std::vector<uint8_t> route = {next::kFragment, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<uint8_t> cut = {wire::proto::kUdp, 0, 0, 1, 0, 0, 0, 9};
  frames.push_back(raw6(kPeer6, kVip, next::kHopByHop,
                        options + route + cut + datagram6(kPeer6, kVip, 7, "0123456789abcdef")));
  return frames;
}

// The checksum of an ICMPv6 message, without which nothing gets past it.
void mend6(MutableBytes packet) {
  const auto header = wire::Ipv6Edit::over(packet);
  if (!header || header->next_header() != wire::proto::kIcmpv6 || header->payload_length() < 8)
    return;
  wire::fill_icmpv6_checksum(header->source(), header->destination(), header->payload());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(noise)

BOOST_AUTO_TEST_CASE(mutated_frames_of_every_kind) {
  constexpr uint64_t kSeed = 20;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  class Judge : public Outbox {
   public:
    void send(uint32_t, wire::Frame frame) override {
      ++sent;
      const auto ethernet = *wire::EthernetView::over(frame.bytes());
      const Bytes inside = frame.bytes().subspan(wire::kEthernetSize);
      if (ethernet.type() == wire::ethertype::kArp) {
        good += wire::ArpView::over(inside).has_value();
        return;
      }
      const auto six = wire::Ipv6View::over(inside);
      if (ethernet.type() == wire::ethertype::kIpv6) {
        good += six && wire::kIpv6Size + six->payload_length() == inside.size();
        return;
      }
      const auto header = wire::Ipv4View::over(inside);
      good += header && header->checksum_good() && header->total_length() == inside.size();
    }
    size_t sent = 0, good = 0;
  } judge;
  HostConfig config = router();
  config.interfaces[0].addresses.push_back(prefix("2001:db8:1::1/64"));
  config.interfaces[1].addresses.push_back(prefix("2001:db8:2::1/64"));
  config.loopback.push_back(prefix("2001:db8:80::80/128"));
  config.routes.push_back({prefix("::/0"), kGateway6, {}});
  config.tunnel.emplace();
  config.send_redirects = true;
  Host host(config);
  host.listen_udp(7,
                  [](const Conversation&, std::string_view bytes) { return std::string(bytes); });
  host.listen_tcp(80, [](const Conversation&, std::string_view) { return TcpReply{"hi", true}; });
  Random random(kSeed);
  const auto good = seeds();
  Time now{};
  for (int n = 0; n < 80000; ++n) {
    auto frame = good[random.below(good.size())];
    for (uint64_t change = random.below(4); change > 0; --change)
      frame[random.below(frame.size())] = static_cast<uint8_t>(random.next());
    if (random.below(8) == 0) frame.resize(random.below(frame.size() + 1));
    // Mend the header checksum most of the time, or nothing would get past it.
    if (frame.size() > wire::kEthernetSize && random.below(8) != 0) {
      const auto header = wire::Ipv4Edit::over(MutableBytes(frame).subspan(wire::kEthernetSize));
      if (header) header->fill_checksum();
      mend6(MutableBytes(frame).subspan(wire::kEthernetSize));
    }
    host.receive(static_cast<uint32_t>(random.below(8) == 0), wire::Frame::copy_of(frame), now,
                 judge);
    now += milliseconds(random.below(50));
    if (host.next_deadline() <= now) host.tick(now, judge);
  }
  BOOST_TEST(judge.sent > 5000U);
  BOOST_TEST(judge.good == judge.sent);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
