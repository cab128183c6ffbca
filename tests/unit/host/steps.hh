#pragma once
// Tests of a host as steps: a frame in, the frames that come out, and nothing else. libtins builds
// what goes in and reads what comes out: a second opinion on every byte. A failure prints the
// story so far.

#include <tins/tins.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <sstream>

#include "emulator/host/host.hh"
#include "emulator/wire/describe.hh"

namespace lvslab::host::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::IpAddress;
using wire::Mac;

inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
inline wire::Prefix prefix(const char* text) {
  return *wire::Prefix::parse(text);
}

inline const Mac kHost0("02:00:00:00:00:01");    // eth0 of the host under test
inline const Mac kHost1("02:00:00:00:00:02");    // eth1
inline const Mac kPeer("02:00:00:00:00:aa");     // 192.0.2.9 on eth0
inline const Mac kGateway("02:00:00:00:00:fe");  // 192.0.2.254 on eth0
inline const Mac kFar("02:00:00:00:00:bb");      // 198.51.100.9 on eth1
inline const Mac kAll = Mac::broadcast;

// eth0 192.0.2.1/24, eth1 198.51.100.1/24, VIP 203.0.113.80 on lo, default by 192.0.2.254.
inline HostConfig two_legs() {
  HostConfig config;
  config.name = "rs1";
  config.interfaces = {{"eth0", kHost0, 1500, {prefix("192.0.2.1/24")}, {}},
                       {"eth1", kHost1, 1500, {prefix("198.51.100.1/24")}, {}}};
  config.loopback = {prefix("203.0.113.80/32")};
  config.routes = {{prefix("0.0.0.0/0"), ip("192.0.2.254"), {}}};
  return config;
}

inline Tins::ARP arp_request(const wire::Ipv4& target, const wire::Ipv4& sender, const Mac& from) {
  Tins::ARP arp(target, sender, Mac(), from);
  arp.opcode(Tins::ARP::REQUEST);
  return arp;
}

struct Sent {
  uint32_t port = 0;
  std::vector<uint8_t> bytes;

  wire::EthernetView ethernet() const { return *wire::EthernetView::over(Bytes(bytes)); }
  Bytes packet() const { return Bytes(bytes).subspan(wire::kEthernetSize); }
  wire::Ipv4View ip() const { return *wire::Ipv4View::over(packet()); }
  Tins::EthernetII parsed() const {
    return Tins::EthernetII(bytes.data(), static_cast<uint32_t>(bytes.size()));
  }
  template <class Pdu>
  Pdu as() const {
    return parsed().rfind_pdu<Pdu>();
  }
  std::string text() const { return wire::describe(bytes); }
};

class Steps : public Outbox {
 public:
  explicit Steps(HostConfig config, Hooks* hooks = nullptr) : host(std::move(config), hooks) {}

  void send(uint32_t port, wire::Frame frame) override {
    const Bytes bytes = frame.bytes();
    Sent sent{port, {bytes.begin(), bytes.end()}};
    say("out", port, sent.text());
    sent_.push_back(std::move(sent));
  }

  Steps& in(uint32_t port, const std::vector<uint8_t>& bytes) {
    return in(port, wire::Frame::copy_of(bytes));
  }
  Steps& in(uint32_t port, wire::Frame frame) {
    say("in", port, wire::describe(frame.bytes()));
    host.receive(port, std::move(frame), now, *this);
    return *this;
  }
  Steps& in(uint32_t port, Tins::PDU&& pdu) { return in(port, pdu.serialize()); }
  Steps& in(uint32_t port, Tins::PDU& pdu) { return in(port, pdu.serialize()); }

  // Time passes; the host is called at each of its deadlines.
  void pass(Duration span) {
    const Time end = now + span;
    while (host.next_deadline() <= end) {
      now = host.next_deadline();
      host.tick(now, *this);
    }
    now = end;
  }

  Sent out() {
    BOOST_REQUIRE_MESSAGE(!sent_.empty(), "a frame was expected\n" + story_.str());
    Sent first = std::move(sent_.front());
    sent_.pop_front();
    return first;
  }
  void nothing_else() {
    BOOST_CHECK_MESSAGE(sent_.empty(), "nothing else was expected\n" + story_.str());
    sent_.clear();
  }
  // Nothing went out, and this is why.
  void dropped(DropReason reason, uint64_t times = 1) {
    nothing_else();
    counted(reason, times);
  }
  void counted(DropReason reason, uint64_t times = 1) {
    BOOST_CHECK_MESSAGE(host.drops()[reason] == times, std::string(name_of(reason)) + " counted " +
                                                           std::to_string(host.drops()[reason]) +
                                                           " times, not " + std::to_string(times) +
                                                           "\n" + story_.str());
  }
  size_t waiting() const { return sent_.size(); }

  // A neighbour makes itself known by asking for us.
  void introduce(uint32_t port, const Mac& mac, const char* address) {
    const auto own = host.config().interfaces[port].addresses.front().address;
    in(port, Tins::EthernetII(kAll, mac) / arp_request(own.v4(), wire::Ipv4(address), mac));
    BOOST_REQUIRE_EQUAL(out().as<Tins::ARP>().opcode(), Tins::ARP::REPLY);
    nothing_else();
  }

  Host host;
  Time now{};

 private:
  void say(const char* way, uint32_t port, const std::string& text) {
    story_ << "  " << to_seconds(now.time_since_epoch()) << " s  " << way << " port " << port
           << "  " << text << "\n";
  }
  std::deque<Sent> sent_;
  std::ostringstream story_;
};

// A router between both legs that knows its neighbours.
inline HostConfig router() {
  HostConfig config = two_legs();
  config.forwarding = true;
  return config;
}
inline void introduce_all(Steps& steps) {
  steps.introduce(0, kPeer, "192.0.2.9");
  steps.introduce(0, kGateway, "192.0.2.254");
  steps.introduce(1, kFar, "198.51.100.9");
}

inline Tins::IP packet(const char* from, const char* to, uint8_t ttl = 64) {
  Tins::IP result(to, from);
  result.ttl(ttl);
  result.id(77);
  return result;
}
inline Tins::EthernetII to_eth0(const Mac& from = kPeer) {
  return Tins::EthernetII(kHost0, from);
}
inline Tins::EthernetII to_eth1(const Mac& from = kFar) {
  return Tins::EthernetII(kHost1, from);
}
inline Tins::UDP udp(uint16_t to = 53, uint16_t from = 40000) {
  return Tins::UDP(to, from);
}
inline Tins::RawPDU text(const std::string& bytes) {
  return Tins::RawPDU(bytes);
}

// IP and transport checksums of a sent packet, by wire's arithmetic.
inline bool checksums_good(const Sent& sent) {
  const auto header = sent.ip();
  if (!header.checksum_good()) return false;
  if (header.protocol() == wire::proto::kIcmp) return wire::checksum_ok(header.payload());
  return wire::checksum_ok(
      header.payload(),
      wire::pseudo_header_sum(header.source(), header.destination(), header.protocol(),
                              static_cast<uint32_t>(header.payload().size())));
}

}  // namespace lvslab::host::test
