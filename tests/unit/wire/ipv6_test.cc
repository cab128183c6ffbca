// Extension headers from one to the next, fragment headers, messages of neighbour discovery.

#include "emulator/wire/ipv6_extension.hh"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::wire::test {

namespace {

using Octets = std::vector<uint8_t>;

Octets packet(uint8_t first, const Octets& rest) {
  Octets bytes(kIpv6Size);
  bytes[0] = 0x60;
  bytes[5] = static_cast<uint8_t>(rest.size());
  bytes[6] = first;
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

Octets solicitation(const Octets& options) {
  Octets bytes(kNeighbourMessageSize);
  bytes[0] = icmpv6::kNeighbourSolicitation;
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ipv6)

BOOST_AUTO_TEST_CASE(no_extension_header) {
  const auto upper = upper_layer_of(packet(proto::kTcp, {1, 2}));
  BOOST_REQUIRE(upper);
  BOOST_TEST(int{upper->protocol} == int{proto::kTcp});
  BOOST_TEST(upper->offset == 40U);
  BOOST_TEST(upper->protocol_at == 6U);
  BOOST_TEST(upper->fragment_at == 0U);
}

BOOST_AUTO_TEST_CASE(through_all_kinds_to_the_transport) {
  const Octets bytes = packet(next_header::kHopByHop, {next_header::kDestination,
                                                       1,
                                                       1,
                                                       12,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       next_header::kRouting,
                                                       0,
                                                       1,
                                                       4,
                                                       0,
                                                       0,
                                                       0,
                                                       0,  //
                                                       next_header::kFragment,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,  //
                                                       proto::kUdp,
                                                       0,
                                                       0,
                                                       1,
                                                       0,
                                                       0,
                                                       0,
                                                       7,  //
                                                       0,
                                                       53,
                                                       0,
                                                       53});
  const auto upper = upper_layer_of(bytes);
  BOOST_REQUIRE(upper);
  BOOST_TEST(int{upper->protocol} == int{proto::kUdp});
  BOOST_TEST(upper->offset == 40U + 16 + 8 + 8 + 8);
  BOOST_TEST(upper->fragment_at == 40U + 16 + 8 + 8);
  BOOST_TEST(upper->protocol_at == upper->fragment_at);
  BOOST_TEST(!upper->later_fragment);
  // Every shorter piece, as an ICMPv6 error may quote it, is cut short or has its headers whole.
  for (size_t size = kIpv6Size; size < bytes.size(); ++size)
    BOOST_TEST(upper_layer_of(Bytes(bytes).first(size)).has_value() == (size >= upper->offset));
}

BOOST_AUTO_TEST_CASE(a_later_fragment_is_not_looked_into) {
  const auto upper = upper_layer_of(packet(
      next_header::kFragment, {next_header::kDestination, 0, 0, 8, 0, 0, 0, 7, 0xff, 0xff, 0, 0}));
  BOOST_REQUIRE(upper);
  BOOST_TEST(upper->later_fragment);
  BOOST_TEST(int{upper->protocol} == int{next_header::kDestination});
  BOOST_TEST(upper->offset == 48U);
}

BOOST_AUTO_TEST_CASE(fragment_headers_as_written) {
  Octets bytes(8, 0xee);
  FragmentHeaderEdit::over(MutableBytes(bytes))->fill(17, 1448, true, 0x01020304);
  BOOST_TEST(bytes == (Octets{17, 0, 0x05, 0xa9, 1, 2, 3, 4}), boost::test_tools::per_element());
  const auto header = *FragmentHeaderView::over(Bytes(bytes));
  BOOST_TEST(header.offset() == 1448U);
  BOOST_TEST(header.more_fragments());
  BOOST_TEST(header.id() == 0x01020304U);
  BOOST_TEST(!FragmentHeaderView::over(Bytes(bytes).first(7)));
}

BOOST_AUTO_TEST_CASE(neighbour_messages_and_their_options) {
  const Octets mac = {1, 1, 2, 0, 0, 0, 0, 9};
  const Octets nonce = {14, 1, 1, 2, 3, 4, 5, 6};
  Octets both = nonce;
  both.insert(both.end(), mac.begin(), mac.end());
  const Octets good = solicitation(both);
  const auto message = NeighbourMessageView::over(good);
  BOOST_REQUIRE(message);
  BOOST_TEST((message->link_layer(LinkLayerOption::source) == Mac("02:00:00:00:00:09")));
  BOOST_TEST(!message->link_layer(LinkLayerOption::target));
  BOOST_TEST(!NeighbourMessageView::over(Bytes(good).first(23)));
  BOOST_TEST(!NeighbourMessageView::over(Bytes(good).first(good.size() - 1)));
  BOOST_TEST(!NeighbourMessageView::over(solicitation({1, 0, 0, 0, 0, 0, 0, 0})));
  BOOST_TEST(!NeighbourMessageView::over(solicitation({1, 2, 0, 0, 0, 0, 0, 0})));
  const Octets long_address = solicitation({1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  BOOST_TEST(!NeighbourMessageView::over(long_address)->link_layer(LinkLayerOption::source));
}

BOOST_AUTO_TEST_CASE(the_checksum_covers_the_ends) {
  const auto a = *IpAddress::parse("2001:db8::1"), b = *IpAddress::parse("2001:db8::2");
  const auto c = *IpAddress::parse("2001:db8::3");
  Octets message = {icmpv6::kEchoRequest, 0, 0xff, 0xff, 0, 9, 0, 3, 'x'};
  fill_icmpv6_checksum(a, b, message);
  BOOST_TEST(icmpv6_checksum_ok(a, b, message));
  BOOST_TEST(!icmpv6_checksum_ok(a, c, message));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::wire::test
