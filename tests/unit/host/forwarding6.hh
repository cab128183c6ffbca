#pragma once
// What the tests of IPv6 packets that cross a host have in common: such a packet, its fragments,
// and a hook that they pass.

#include "emulator/host/fragment.hh"
#include "steps6.hh"

namespace lvslab::host::test {

inline std::vector<uint8_t> crossing(uint8_t hop_limit = 64, size_t payload = 10) {
  return (to_eth0() / packet6(kPeer6, kFar6, hop_limit) / udp() / text(pattern(payload)))
      .serialize();
}

inline std::vector<uint8_t> to_vip(size_t payload = 10) {
  return (to_eth0() / packet6(kPeer6, kVip) / udp() / text(pattern(payload))).serialize();
}

// Says one thing of every packet and remembers what it saw.
class OneHook6 : public Hooks {
 public:
  HookResult local_in(wire::Frame& packet, Time) override { return take("local_in", packet); }
  HookResult forward(wire::Frame& packet, Time) override { return take("forward", packet); }
  HookResult result;
  std::vector<std::string> calls;
  std::vector<uint8_t> last;
  const Host* host = nullptr;
  uint32_t largest = 0;
  std::function<void(wire::Frame&)> edit;

 private:
  HookResult take(const char* where, wire::Frame& packet) {
    calls.emplace_back(where);
    last.assign(packet.bytes().begin(), packet.bytes().end());
    if (host) largest = host->largest_fragment();
    if (edit) edit(packet);
    return result;
  }
};

// The fragments of a frame, of at most `mtu` bytes of packet, with an id of their own.
inline std::vector<std::vector<uint8_t>> cut6(const std::vector<uint8_t>& whole, size_t mtu,
                                              uint32_t id = 77) {
  const wire::Frame packet = wire::Frame::copy_of(Bytes(whole).subspan(14));
  Fragmenter6 fragments(packet, mtu, id);
  std::vector<std::vector<uint8_t>> result;
  while (!fragments.done()) {
    wire::Frame fragment = fragments.next();
    std::memcpy(fragment.prepend(14), whole.data(), 14);
    result.emplace_back(fragment.bytes().begin(), fragment.bytes().end());
  }
  return result;
}

inline wire::FragmentHeaderView fragment_header(const Sent& sent) {
  BOOST_REQUIRE_EQUAL(int{ip6(sent).next_header()}, int{next::kFragment});
  return *wire::FragmentHeaderView::over(ip6(sent).payload());
}

}  // namespace lvslab::host::test
