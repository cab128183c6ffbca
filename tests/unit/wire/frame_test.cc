// Frames: room in front, the pool behind, the device's words that move along.

#include "emulator/wire/frame.hh"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>
#include <numeric>
#include <vector>

namespace {
std::atomic<size_t> allocations{0};
}

// Every allocation of this program is counted. Not inlined: GCC would then see free() given what
// came from operator new, and warn.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* at = std::malloc(size == 0 ? 1 : size)) return at;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* at) noexcept {
  std::free(at);
}
[[gnu::noinline]] void operator delete(void* at, size_t) noexcept {
  std::free(at);
}

using namespace lvslab;
using namespace lvslab::wire;

namespace {

std::vector<uint8_t> counting(size_t size) {
  std::vector<uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  return bytes;
}

bool same(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame)

BOOST_AUTO_TEST_CASE(a_copy_has_the_bytes_and_its_headroom) {
  const auto bytes = counting(60);
  const Frame frame = Frame::copy_of(bytes);
  BOOST_TEST(same(frame.bytes(), bytes));
  BOOST_TEST(frame.headroom() == kHeadroom);
  BOOST_TEST(Frame().empty());
  BOOST_TEST(Frame().size() == 0U);
  BOOST_TEST(Frame::copy_of({}).empty());
}

BOOST_AUTO_TEST_CASE(headers_come_off_and_go_on_without_a_copy) {
  const auto bytes = counting(60);
  Frame frame = Frame::copy_of(bytes);
  const uint8_t* start = frame.data();
  frame.trim_front(14);
  BOOST_TEST(frame.data() == start + 14);
  BOOST_TEST(same(frame.bytes(), Bytes(bytes).subspan(14)));
  std::memset(frame.prepend(20), 0xee, 20);
  BOOST_TEST(frame.size() == 66U);
  BOOST_TEST(frame.data() == start - 6);
  BOOST_TEST(same(Bytes(frame.bytes()).subspan(20), Bytes(bytes).subspan(14)));
  frame.prepend(frame.headroom());  // to the last byte
  BOOST_TEST(frame.headroom() == 0U);
  frame.truncate(1);
  BOOST_TEST(frame.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_move_empties_its_source) {
  Frame first = Frame::copy_of(counting(60));
  const uint8_t* at = first.data();
  first.set_offload({true, 34, 16, Segmentation::tcp4, 1460});
  Frame second = std::move(first);
  BOOST_TEST(second.data() == at);
  BOOST_TEST(second.offload().segment_size == 1460);
  BOOST_TEST(first.empty());
  BOOST_TEST(first.headroom() == 0U);
  BOOST_TEST(!first.offload().partial_checksum);
  Frame& alias = second;
  second = std::move(alias);
  BOOST_TEST(second.size() == 60U);
  BOOST_TEST(second.data() == at);
}

BOOST_AUTO_TEST_CASE(a_clone_is_another_frame) {
  Frame frame = Frame::copy_of(counting(60));
  frame.set_offload({true, 34, 16, Segmentation::none, 0});
  frame.trim_front(14);
  Frame twin = frame.clone();
  BOOST_TEST(same(twin.bytes(), frame.bytes()));
  BOOST_TEST(twin.offload().checksum_start == 20);
  twin.data()[0] = 0xff;
  BOOST_TEST(frame.data()[0] == 14);
}

BOOST_AUTO_TEST_CASE(the_checksum_start_follows_the_front) {
  Frame frame = Frame::copy_of(counting(60));
  frame.set_offload({true, 34, 16, Segmentation::none, 0});
  frame.trim_front(14);
  BOOST_TEST(frame.offload().checksum_start == 20);
  frame.prepend(20);
  frame.prepend(14);
  BOOST_TEST(frame.offload().checksum_start == 54);
  BOOST_TEST(frame.offload().checksum_offset == 16);
  frame.clear_offload();
  BOOST_TEST(!frame.offload().partial_checksum);
}

BOOST_AUTO_TEST_CASE(super_packets_fit_whole_and_so_do_their_clones) {
  const auto bytes = counting(kLargestFrame);
  Frame frame = Frame::copy_of(bytes);
  BOOST_TEST(same(frame.bytes(), bytes));
  std::memset(frame.prepend(20), 0xee, 20);
  const Frame twin = frame.clone();
  BOOST_TEST(same(twin.bytes(), frame.bytes()));
}

BOOST_AUTO_TEST_CASE(a_frame_that_went_comes_back_from_the_pool) {
  const uint8_t* small = nullptr;
  {
    const Frame frame(60);
    small = frame.data();
  }
  const Frame next(1500);
  BOOST_TEST(next.data() == small);
  const Frame large(9000);  // of the other size
  BOOST_TEST(large.data() != small);
}

BOOST_AUTO_TEST_CASE(once_warm_nothing_is_allocated) {
  constexpr size_t kBurst = 64;
  const auto bytes = counting(1514);
  std::vector<Frame> burst(kBurst);
  const auto round = [&] {
    for (auto& frame : burst) {
      frame = Frame::copy_of(bytes);
      frame.trim_front(14);
      frame.prepend(34);
    }
    for (auto& frame : burst) frame = Frame();
  };
  round();
  const size_t before = allocations;
  BOOST_REQUIRE(before > 0);  // the counter counts
  for (int i = 0; i < 100; ++i) round();
  BOOST_TEST(allocations == before);
}

BOOST_AUTO_TEST_SUITE_END()
