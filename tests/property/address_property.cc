// Masks and prefixes agree with each other, printing with reading.

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "tests/property/generators.hh"

using namespace lvslab;
using namespace lvslab::testing;
using wire::Endpoint;
using wire::IpAddress;
using wire::Prefix;

namespace {

bool bit(const IpAddress& address, unsigned at) {
  return (address.bytes()[at / 8] >> (7 - at % 8) & 1) != 0;
}

IpAddress any_address(wire::Family family) {
  return *address_of(family);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(addresses)

RC_BOOST_PROP(masking_keeps_the_first_bits_and_clears_the_rest, ()) {
  const IpAddress address = any_address(*any_family());
  const auto length = *rc::gen::inRange(0U, address.bits() + 1);
  const IpAddress masked = address.masked(length);
  for (unsigned at = 0; at < address.bits(); ++at)
    RC_ASSERT(bit(masked, at) == (at < length && bit(address, at)));
  RC_ASSERT(masked.masked(length) == masked);
}

RC_BOOST_PROP(a_prefix_contains_exactly_what_shares_its_bits, ()) {
  const auto family = *any_family();
  const IpAddress address = any_address(family);
  const auto length = *rc::gen::inRange(0U, address.bits() + 1);
  const Prefix prefix{address, length};
  RC_ASSERT(prefix.contains(address));
  RC_ASSERT(prefix.contains(prefix.network()));
  // One bit flipped: inside if it lies behind the prefix.
  const auto at = *rc::gen::inRange(0U, address.bits());
  std::vector<uint8_t> bytes(address.bytes().begin(), address.bytes().end());
  bytes[at / 8] ^= static_cast<uint8_t>(0x80 >> at % 8);
  const IpAddress other =
      address.is_v4() ? IpAddress::v4_at(bytes.data()) : IpAddress::v6_at(bytes.data());
  RC_ASSERT(prefix.contains(other) == (at >= length));
}

RC_BOOST_PROP(what_is_printed_reads_back, ()) {
  const IpAddress address = any_address(*any_family());
  RC_ASSERT(IpAddress::parse(address.to_string()) == address);
  const Endpoint endpoint{address, *rc::gen::arbitrary<uint16_t>()};
  RC_ASSERT(Endpoint::parse(endpoint.to_string()) == endpoint);
  const Prefix prefix{address, *rc::gen::inRange(0U, address.bits() + 1)};
  RC_ASSERT(Prefix::parse(prefix.to_string()) == prefix);
}

RC_BOOST_PROP(equal_addresses_hash_alike, ()) {
  const auto family = *any_family();
  const IpAddress a = any_address(family);
  const IpAddress b = any_address(family);
  RC_ASSERT((a == b) == ((a <=> b) == 0));
  RC_ASSERT(a != b || std::hash<IpAddress>{}(a) == std::hash<IpAddress>{}(b));
}

BOOST_AUTO_TEST_SUITE_END()
