#pragma once
// What a connection is looked up by: protocol, one end, the other end. Two words: for IPv4 they say
// everything, for IPv6 the addresses are folded into one and whoever finds an entry compares them
// in full.

#include <cstdint>

#include "emulator/ipvs/service.hh"

namespace lvslab::director {

namespace detail {

__extension__ using Wide = unsigned __int128;

// Multiply and fold: both halves of the product depend on all bits of both factors.
inline uint64_t mix(uint64_t a, uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace detail

struct FlowKey {
  uint64_t addresses = 0;
  uint64_t rest = 0;

  // Of a packet: source and destination are a and b. `addresses` is where both stand in its header,
  // one after the other, `ports` its first four bytes behind that.
  static FlowKey of_v4(uint8_t protocol, const uint8_t* addresses, uint32_t ports) {
    return {load_be64(addresses), uint64_t{ports} << 32 | uint64_t{protocol} << 8};
  }
  static FlowKey of_v6(uint8_t protocol, const uint8_t* addresses, uint32_t ports, uint64_t seed) {
    return v6(protocol, addresses, static_cast<uint16_t>(ports >> 16), addresses + 16,
              static_cast<uint16_t>(ports), seed);
  }
  // 4 or 16 bytes an address, as they stand in a header. The seed keeps senders from choosing
  // addresses that fold alike.
  static FlowKey v4(uint8_t protocol, const uint8_t* a, uint16_t a_port, const uint8_t* b,
                    uint16_t b_port) {
    return {uint64_t{load_be32(a)} << 32 | load_be32(b), rest_of(protocol, a_port, b_port, false)};
  }
  static FlowKey v6(uint8_t protocol, const uint8_t* a, uint16_t a_port, const uint8_t* b,
                    uint16_t b_port, uint64_t seed) {
    const uint64_t one = detail::mix(load_be64(a) ^ seed, load_be64(a + 8) ^ ~seed);
    const uint64_t other = detail::mix(load_be64(b) ^ ~seed, load_be64(b + 8) ^ (seed << 1 | 1));
    return {one + other * 3, rest_of(protocol, a_port, b_port, true)};
  }
  static FlowKey of(uint8_t protocol, const ipvs::Endpoint& a, const ipvs::Endpoint& b,
                    uint64_t seed) {
    const uint8_t* at = a.address.bytes().data();
    const uint8_t* bt = b.address.bytes().data();
    return a.address.is_v4() ? v4(protocol, at, a.port, bt, b.port)
                             : v6(protocol, at, a.port, bt, b.port, seed);
  }

  bool is_v6() const { return rest & kV6; }
  uint64_t hash(uint64_t seed) const {
    return detail::mix(addresses ^ seed, rest ^ 0x9e3779b97f4a7c15ULL);
  }
  friend bool operator==(const FlowKey& x, const FlowKey& y) {
    return ((x.addresses ^ y.addresses) | (x.rest ^ y.rest)) == 0;
  }

 private:
  static constexpr uint64_t kV6 = 1;
  static uint64_t rest_of(uint8_t protocol, uint16_t a_port, uint16_t b_port, bool v6) {
    return uint64_t{a_port} << 48 | uint64_t{b_port} << 32 | uint64_t{protocol} << 8 |
           (v6 ? kV6 : 0);
  }
};

}  // namespace lvslab::director
