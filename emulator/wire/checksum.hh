#pragma once
// The Internet checksum (RFC 1071) and its change by increments (RFC 1624).
//
// Theory of operation. Sums are kept as 64 bit unfolded values in host order of 16 bit big-endian
// words, so increments of several fields add up before one fold:
//
//   ChecksumDelta delta;                        // DNAT 10.0.0.1:80 -> 10.1.0.2:8080
//   delta.replace(virtual, real);               // pseudo header (RFC 793, 3.1)
//   delta.replace16(80, 8080);
//   store_be16(tcp + 16, delta.apply(load_be16(tcp + 16)));
//
// A checksum that the sender left partial (the device adds the rest) holds the folded pseudo
// header sum, not its complement: apply_partial() is its form of apply().

#include <cstdint>

#include "emulator/base/bytes.hh"
#include "emulator/wire/address.hh"

namespace lvslab::wire {

// Sum of big-endian 16 bit words, unfolded; an odd last byte counts as if a zero followed it.
uint64_t checksum_sum(Bytes bytes, uint64_t start = 0);

inline uint16_t checksum_fold(uint64_t sum) {
  // Each half is added with the carry of the addition (RFC 1071, 2B: end-around carry).
  auto folded = static_cast<uint32_t>(sum);
  const auto high = static_cast<uint32_t>(sum >> 32);
  folded += high;
  folded += folded < high;
  folded = (folded & 0xffffU) + (folded >> 16);
  folded += folded >> 16;
  return static_cast<uint16_t>(folded);
}

// The value to store: complement of the folded sum.
inline uint16_t checksum_finish(uint64_t sum) {
  return static_cast<uint16_t>(~checksum_fold(sum));
}

// IPv4 header or ICMPv4 message: correct when its sum, checksum included, folds to 0xffff.
inline bool checksum_ok(Bytes covered, uint64_t start = 0) {
  return checksum_fold(checksum_sum(covered, start)) == 0xffff;
}

// Unfolded sum of an address. Thirty-two bits are added at once: 2^16 counts as 1 in the fold, so
// the halves need no taking apart.
inline uint64_t checksum_sum(const IpAddress& address) {
  const uint8_t* at = address.bytes().data();
  uint64_t sum = load_be32(at);
  if (address.is_v6()) sum += uint64_t{load_be32(at + 4)} + load_be32(at + 8) + load_be32(at + 12);
  return sum;
}

// Unfolded sum of the pseudo header of TCP, UDP and ICMPv6 (RFC 793, 3.1; RFC 8200, 8.1).
inline uint64_t pseudo_header_sum(const IpAddress& from, const IpAddress& to, uint8_t protocol,
                                  uint32_t length) {
  return checksum_sum(from) + checksum_sum(to) + protocol + length;
}

// What a set of replaced fields does to a checksum that covers them.
class ChecksumDelta {
 public:
  ChecksumDelta() = default;
  // One that was worked out before: what folded() gave.
  explicit ChecksumDelta(uint16_t folded) : sum_(folded) {}
  uint16_t folded() const { return checksum_fold(sum_); }

  void replace16(uint16_t old_value, uint16_t new_value) {
    sum_ += static_cast<uint16_t>(~old_value);
    sum_ += new_value;
  }
  void replace32(uint32_t old_value, uint32_t new_value) {
    sum_ += static_cast<uint32_t>(~old_value);
    sum_ += new_value;
  }
  // Both of one family.
  void replace(const IpAddress& old_value, const IpAddress& new_value) {
    const uint8_t* old_at = old_value.bytes().data();
    const uint8_t* new_at = new_value.bytes().data();
    replace32(load_be32(old_at), load_be32(new_at));
    if (old_value.is_v4()) return;
    for (size_t i = 4; i < 16; i += 4) replace32(load_be32(old_at + i), load_be32(new_at + i));
  }

  // The new value of a full checksum (RFC 1624, eqn. 3).
  uint16_t apply(uint16_t checksum) const {
    return checksum_finish(sum_ + static_cast<uint16_t>(~checksum));
  }
  // The new value of a partial one, which is the sum itself.
  uint16_t apply_partial(uint16_t sum) const { return checksum_fold(sum_ + sum); }

 private:
  uint64_t sum_ = 0;
};

}  // namespace lvslab::wire
