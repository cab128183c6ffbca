// Headers put on and taken off in any order: the bytes are those of the plain model, a vector.

#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "emulator/wire/frame.hh"
#include "tests/property/generators.hh"

using namespace lvslab;
using namespace lvslab::testing;
using wire::Frame;

namespace {

struct Pair {
  Frame frame;
  std::vector<uint8_t> model;

  void prepend() {
    const auto most = std::min<size_t>(frame.headroom(), 60);
    const auto header = *bytes_of_size(0, most);
    uint8_t* front = frame.prepend(header.size());
    std::copy(header.begin(), header.end(), front);
    model.insert(model.begin(), header.begin(), header.end());
  }
  void trim() {
    const auto n = *rc::gen::inRange<size_t>(0, std::min<size_t>(model.size(), 60) + 1);
    frame.trim_front(n);
    model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(n));
  }
  void truncate() {
    const auto n = *rc::gen::inRange<size_t>(model.size() / 2, model.size() + 1);
    frame.truncate(n);
    model.resize(n);
  }
  void move() {
    Frame other = std::move(frame);
    RC_ASSERT(frame.empty());
    frame = std::move(other);
  }
  void replace_by_clone() { frame = frame.clone(); }

  bool same() const {
    const Bytes bytes = frame.bytes();
    return std::equal(bytes.begin(), bytes.end(), model.begin(), model.end());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(frames)

RC_BOOST_PROP(any_sequence_of_edits_keeps_the_bytes, ()) {
  const auto bytes = *rc::gen::oneOf(bytes_of_size(0, 120), bytes_of_size(2030, 2070));
  Pair pair{Frame::copy_of(bytes), bytes};
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::element(0, 1, 2, 3, 4));
  for (const int step : steps) {
    switch (step) {
      case 0:
        pair.prepend();
        break;
      case 1:
        pair.trim();
        break;
      case 2:
        pair.truncate();
        break;
      case 3:
        pair.move();
        break;
      default:
        pair.replace_by_clone();
        break;
    }
    RC_ASSERT(pair.same());
  }
}

RC_BOOST_PROP(the_checksum_start_names_the_same_byte_throughout, ()) {
  const auto bytes = *bytes_of_size(80, 120);
  Frame frame = Frame::copy_of(bytes);
  const auto start = *rc::gen::inRange<uint16_t>(54, 80);
  frame.set_offload({true, start, 16, wire::Segmentation::none, 0});
  for (int i = 0; i < 6; ++i) {
    if (*rc::gen::arbitrary<bool>() && frame.headroom() >= 20)
      frame.prepend(20);
    else if (frame.offload().checksum_start >= 20)
      frame.trim_front(20);
    RC_ASSERT(frame.bytes()[frame.offload().checksum_start] == bytes[start]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
