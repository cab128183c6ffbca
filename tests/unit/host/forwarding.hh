#pragma once
// What the tests of packets that cross a host have in common: such a packet, its fragments, and a
// hook that they pass.

#include "emulator/host/fragment.hh"
#include "steps.hh"

namespace lvslab::host::test {

inline Tins::EthernetII crossing(uint8_t ttl = 64, size_t payload = 10, bool df = false) {
  Tins::IP header = packet("192.0.2.9", "198.51.100.9", ttl);
  if (df) header.flags(Tins::IP::DONT_FRAGMENT);
  std::string bytes(payload, 'x');
  for (size_t i = 0; i < payload; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return to_eth0() / header / udp() / text(bytes);
}

inline Steps& ready(Steps& steps) {
  introduce_all(steps);
  return steps;
}

// Says one thing of every packet and remembers what it saw.
class OneHook : public Hooks {
 public:
  HookResult local_in(wire::Frame& packet, Time) override { return take("local_in", packet); }
  HookResult forward(wire::Frame& packet, Time) override { return take("forward", packet); }
  HookResult result;
  std::vector<std::string> calls;
  size_t last_size = 0;
  uint8_t last_ttl = 0;
  bool last_df = false;

 private:
  HookResult take(const char* where, wire::Frame& packet) {
    calls.emplace_back(where);
    last_size = packet.size();
    last_ttl = wire::Ipv4View::over(packet.bytes())->ttl();
    last_df = wire::Ipv4View::over(packet.bytes())->dont_fragment();
    return result;
  }
};

// The fragments of `crossing` as libtins frames of at most `mtu` bytes of packet.
inline std::vector<std::vector<uint8_t>> cut(Tins::EthernetII whole, size_t mtu) {
  const auto bytes = whole.serialize();
  const auto length = wire::Ipv4View::over(Bytes(bytes).subspan(14))->total_length();
  wire::Frame frame = wire::Frame::copy_of(Bytes(bytes).subspan(14, length));
  Fragmenter fragments(frame, mtu);
  std::vector<std::vector<uint8_t>> result;
  while (!fragments.done()) {
    wire::Frame fragment = fragments.next();
    fragment.prepend(14);
    std::memcpy(fragment.data(), bytes.data(), 14);
    result.emplace_back(fragment.bytes().begin(), fragment.bytes().end());
  }
  return result;
}

inline std::string payload_of(const Sent& sent) {
  const Bytes bytes = sent.ip().payload();
  return {bytes.begin(), bytes.end()};
}

}  // namespace lvslab::host::test
