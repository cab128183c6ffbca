#include "emulator/wire/frame.hh"

#include <cassert>
#include <vector>

namespace lvslab::wire {

namespace {

// Two sizes: an ordinary frame with room for a jumbo segment's headers, and a super-packet.
constexpr size_t kSmall = 2048;
// A clone of a super-packet that grew into its headroom must fit as well.
constexpr size_t kLarge = kLargestFrame + kHeadroom;
// How many idle buffers a thread keeps; beyond that they go back to the heap.
constexpr size_t kIdleSmall = 4096;
constexpr size_t kIdleLarge = 64;

class Pool {
 public:
  Pool() {
    small_.reserve(kIdleSmall);
    large_.reserve(kIdleLarge);
  }
  ~Pool() {
    for (uint8_t* buffer : small_) delete[] buffer;
    for (uint8_t* buffer : large_) delete[] buffer;
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  uint8_t* take(bool large) {
    auto& idle = large ? large_ : small_;
    if (idle.empty()) return new uint8_t[kHeadroom + (large ? kLarge : kSmall)];
    uint8_t* buffer = idle.back();
    idle.pop_back();
    return buffer;
  }

  void give(uint8_t* buffer, bool large) {
    auto& idle = large ? large_ : small_;
    if (idle.size() == idle.capacity())
      delete[] buffer;
    else
      idle.push_back(buffer);
  }

 private:
  std::vector<uint8_t*> small_;
  std::vector<uint8_t*> large_;
};

Pool& pool() {
  thread_local Pool pool;
  return pool;
}

}  // namespace

void detail::Recycle::operator()(uint8_t* buffer) const {
  pool().give(buffer, large);
}

Frame::Frame(size_t size) : begin_(kHeadroom), end_(kHeadroom + size) {
  assert(size <= kLarge);
  const bool large = size > kSmall;
  buffer_ = decltype(buffer_){pool().take(large), detail::Recycle{large}};
  clear_offload();
}

Frame Frame::copy_of(Bytes bytes) {
  Frame frame(bytes.size());
  if (!bytes.empty()) std::memcpy(frame.data(), bytes.data(), bytes.size());
  return frame;
}

Frame Frame::clone() const {
  Frame frame = copy_of(bytes());
  frame.set_offload(offload());
  frame.mark_ = mark_;
  frame.largest_fragment_ = largest_fragment_;
  return frame;
}

}  // namespace lvslab::wire
