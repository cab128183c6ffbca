// A checksum changed by increments is the checksum computed anew, whatever the packet and fields.

#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ipv4.hh"
#include "tests/property/generators.hh"

using namespace lvslab;
using namespace lvslab::testing;
using wire::ChecksumDelta;
using wire::IpAddress;

namespace {

// As RFC 1071 writes it: no chunks, no carries kept for later.
uint16_t plain_checksum(const std::vector<uint8_t>& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    sum += i % 2 == 0 ? static_cast<uint32_t>(bytes[i] << 8) : bytes[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// A packet whose bytes sum up to nothing has two right checksums; real headers never do.
void discard_all_zero(const std::vector<uint8_t>& bytes) {
  RC_PRE(std::any_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checksums)

RC_BOOST_PROP(the_fast_sum_is_the_plain_one, ()) {
  const auto bytes = *bytes_of_size(0, 200);
  RC_ASSERT(wire::checksum_finish(wire::checksum_sum(bytes)) == plain_checksum(bytes));
}

RC_BOOST_PROP(replaced_words_change_the_checksum_as_computing_anew_does, ()) {
  auto bytes = *bytes_of_size(4, 120);
  discard_all_zero(bytes);
  uint16_t checksum = plain_checksum(bytes);
  const auto edits = *rc::gen::inRange(1, 12);
  ChecksumDelta delta;
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<size_t>(0, bytes.size() / 2) * 2;
    const auto value =
        *rc::gen::oneOf(rc::gen::arbitrary<uint16_t>(), rc::gen::element<uint16_t>(0, 0xffff));
    if (at + 2 > bytes.size()) continue;
    delta.replace16(load_be16(&bytes[at]), value);
    store_be16(&bytes[at], value);
  }
  discard_all_zero(bytes);
  RC_ASSERT(delta.apply(checksum) == plain_checksum(bytes));
}

RC_BOOST_PROP(replaced_addresses_change_a_transport_checksum_as_computing_anew_does, ()) {
  const auto family = *any_family();
  const IpAddress client = *address_of(family);
  const IpAddress before = *address_of(family);
  const IpAddress after = *address_of(family);
  const auto payload = *bytes_of_size(8, 100);
  const auto full = [&](const IpAddress& to) {
    return wire::checksum_finish(wire::checksum_sum(
        payload, wire::pseudo_header_sum(client, to, 6, static_cast<uint32_t>(payload.size()))));
  };
  ChecksumDelta delta;
  delta.replace(before, after);
  RC_ASSERT(delta.apply(full(before)) == full(after));
  const auto partial = [&](const IpAddress& to) {
    return wire::checksum_fold(wire::pseudo_header_sum(client, to, 6, 1480));
  };
  RC_ASSERT(delta.apply_partial(partial(before)) == partial(after));
}

RC_BOOST_PROP(there_and_back_gives_the_same_checksum, ()) {
  const auto checksum = *rc::gen::inRange<uint16_t>(0, 0xffff);  // 0xffff is never computed
  const IpAddress a = *v4_address();
  const IpAddress b = *v4_address();
  ChecksumDelta there, back;
  there.replace(a, b);
  back.replace(b, a);
  const uint16_t changed = there.apply(checksum);
  RC_ASSERT(back.apply(changed) == checksum || checksum == 0);
}

RC_BOOST_PROP(ttl_decrement_keeps_a_header_as_right_or_wrong_as_it_was, ()) {
  auto header = *rc::gen::container<std::vector<uint8_t>>(20, rc::gen::arbitrary<uint8_t>());
  header[0] = 0x45;
  store_be16(&header[2], 20);
  header[8] = *rc::gen::inRange<uint8_t>(1, 255);
  const auto ip = wire::Ipv4Edit::over(MutableBytes(header));
  RC_ASSERT(ip.has_value());
  const bool make_good = *rc::gen::arbitrary<bool>();
  if (make_good) ip->fill_checksum();
  const bool good = ip->checksum_good();
  RC_ASSERT(!make_good || good);
  ip->decrement_ttl();
  RC_ASSERT(ip->checksum_good() == good);
}

BOOST_AUTO_TEST_SUITE_END()
