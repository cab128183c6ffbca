#pragma once
// Extension headers and fragments by hand, and a UDP echo that hears what stands behind them.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "steps6.hh"

namespace lvslab::host::test {

using Bytes8 = std::vector<uint8_t>;

constexpr uint8_t kUdp = wire::proto::kUdp;

// A UDP echo that remembers; and what stands before its datagram.
struct Echo6 {
  explicit Echo6(HostConfig config = two_legs6()) : steps(std::move(config)) {
    introduce_all6(steps);
    steps.host.listen_udp(7, [this](const Conversation&, std::string_view datagram) {
      heard.emplace_back(datagram);
      return std::nullopt;
    });
  }
  void in(uint8_t type, const Bytes8& headers, const std::string& bytes = "hello") {
    steps.in(0, raw6(kPeer6, kVip, type, headers + datagram6(kPeer6, kVip, 7, bytes)));
  }
  Steps steps;
  std::vector<std::string> heard;
};

// Options header of 8 bytes whose one option has 4 bytes of data.
inline Bytes8 option(uint8_t type, uint8_t following = kUdp) {
  return {following, 0, type, 4, 0, 0, 0, 0};
}

inline Bytes8 fragment(uint8_t following, size_t offset, bool more, uint32_t id = 5) {
  Bytes8 bytes(8);
  wire::FragmentHeaderEdit::over(MutableBytes(bytes))->fill(following, offset, more, id);
  return bytes;
}

inline Bytes8 slice(const Bytes8& bytes, size_t from, size_t size) {
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(from);
  return {at, at + static_cast<std::ptrdiff_t>(std::min(size, bytes.size() - from))};
}

}  // namespace lvslab::host::test
