// Where an IPv6 packet is cut (RFC 8200, 4.5): what stands in every fragment, and when the cuts
// that a datagram came with are used again.

#include "emulator/host/fragment.hh"

#include "forwarding6.hh"

namespace lvslab::host::test {

namespace {

using Octets = std::vector<uint8_t>;

constexpr size_t kExtension = 8;  // bytes of each header made here
constexpr size_t kPayload = 1000;

// Extension headers of these types, 8 bytes each, and kPayload bytes of UDP.
wire::Frame packet_of(const Octets& types) {
  Octets rest;
  for (size_t i = 0; i < types.size(); ++i) {
    const uint8_t following = i + 1 < types.size() ? types[i + 1] : wire::proto::kUdp;
    // Padding; a routing header reads it as used up (segments left 0).
    rest = rest + Octets{following, 0, 1, 0, 1, 2, 0, 0};
  }
  for (size_t i = 0; i < kPayload; ++i) rest.push_back(static_cast<uint8_t>(i));
  const Octets frame = raw6(kPeer6, kFar6, types.empty() ? wire::proto::kUdp : types.front(), rest);
  return wire::Frame::copy_of(Bytes(frame).subspan(wire::kEthernetSize));
}

// Bytes of payload in each.
std::vector<size_t> sizes_of(Fragmenter6& fragments, size_t header) {
  std::vector<size_t> sizes;
  while (!fragments.done())
    sizes.push_back(fragments.next().size() - header - wire::kFragmentHeaderSize);
  return sizes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fragment6)

BOOST_AUTO_TEST_CASE(headers_for_routers_stand_in_every_fragment) {
  constexpr uint8_t kHop = next::kHopByHop, kRoute = next::kRouting, kDest = next::kDestination;
  struct Row {
    const char* says;
    Octets types;
    size_t repeated;  // how many of them
  };
  const Row rows[] = {
      {"no headers", {}, 0},
      {"hop-by-hop options", {kHop}, 1},
      {"a routing header", {kRoute}, 1},
      {"destination options before a routing header are for each router that it names",
       {kHop, kDest, kRoute},
       3},
      {"those behind it are for the last", {kHop, kRoute, kDest}, 2},
      {"both", {kDest, kRoute, kDest}, 2},
      {"without one Linux repeats them", {kDest}, 1},
      {"however many", {kHop, kDest, kDest}, 3},
      {"a fragment is cut behind its routing header again", {kRoute, next::kFragment}, 1},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      const wire::Frame packet = packet_of(row.types);
      const size_t header = wire::kIpv6Size + row.repeated * kExtension;
      const uint8_t behind =
          row.repeated < row.types.size() ? row.types[row.repeated] : wire::proto::kUdp;
      const size_t named = row.repeated == 0 ? 6 : header - kExtension;
      Fragmenter6 fragments(packet, 576, 77);
      BOOST_TEST(fragments.possible());
      Octets payload;
      while (!fragments.done()) {
        const wire::Frame fragment = fragments.next();
        const Bytes bytes = fragment.bytes();
        BOOST_TEST(bytes.size() <= 576U);
        BOOST_TEST(int{bytes[named]} == int{next::kFragment});
        const auto view = wire::FragmentHeaderView::over(bytes.subspan(header));
        BOOST_REQUIRE(view);
        BOOST_TEST(int{view->next_header()} == int{behind});
        BOOST_TEST(view->offset() == payload.size());
        const Bytes piece = bytes.subspan(header + wire::kFragmentHeaderSize);
        payload.insert(payload.end(), piece.begin(), piece.end());
      }
      const Bytes whole = packet.bytes().subspan(header);
      BOOST_TEST(payload == Octets(whole.begin(), whole.end()), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(cuts_are_used_again_if_all_fit) {
  struct Row {
    const char* says;
    std::vector<uint32_t> cuts;  // of kPayload bytes
    std::vector<size_t> sizes;
  };
  // 576 - 48 bytes fit into one.
  const Row rows[] = {
      {"as it came", {504, 1000}, {504, 496}},
      {"as it came, unevenly", {8, 496, 1000}, {8, 488, 504}},
      {"what was put in front belongs to the first", {504, 992}, {512, 488}},
      {"none are known", {}, {528, 472}},
      {"one that no longer fits", {536, 1000}, {528, 472}},
      {"growth that leaves no multiple of 8", {500, 996}, {528, 472}},
      {"of a longer packet", {504, 1008}, {528, 472}},
  };
  const wire::Frame packet = packet_of({});
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      Fragmenter6 fragments(packet, 576, 77, &row.cuts);
      BOOST_TEST(sizes_of(fragments, wire::kIpv6Size) == row.sizes,
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(headers_that_leave_no_room) {
  const wire::Frame packet = packet_of({next::kHopByHop});
  constexpr size_t kHeaders = wire::kIpv6Size + kExtension + wire::kFragmentHeaderSize;
  BOOST_TEST(!Fragmenter6(packet, kHeaders - 8, 77).possible());
  BOOST_TEST(!Fragmenter6(packet, kHeaders + 7, 77).possible());
  BOOST_TEST(Fragmenter6(packet, kHeaders + 8, 77).possible());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
