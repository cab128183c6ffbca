#pragma once
// First in, first out, in one array that grows to the most that ever waited and stays so: unlike
// std::deque it allocates nothing once warm.

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace lvslab::fabric {

template <class T>
class Ring {
 public:
  bool empty() const { return begin_ == end_; }
  size_t size() const { return end_ - begin_; }
  // Not on an empty ring.
  T& front() { return at(begin_); }
  const T& front() const { return slots_[begin_ & (slots_.size() - 1)]; }
  const T& back() const { return slots_[(end_ - 1) & (slots_.size() - 1)]; }

  // A new last place, to be filled; what stands there is unspecified.
  T& push() {
    if (size() == slots_.size()) grow();
    return at(end_++);
  }
  // The first place goes; its value stays there until the place is filled again: move it away.
  void pop() {
    assert(!empty());
    ++begin_;
  }
  void clear() {
    for (; !empty(); pop()) front() = T{};
  }

 private:
  // Places count up for ever; the array's size is a power of two.
  T& at(size_t place) { return slots_[place & (slots_.size() - 1)]; }
  void grow() {
    std::vector<T> larger(slots_.empty() ? kFirst : 2 * slots_.size());
    const size_t kept = size();
    for (size_t i = 0; i < kept; ++i) larger[i] = std::move(at(begin_ + i));
    slots_ = std::move(larger);
    begin_ = 0;
    end_ = kept;
  }

  static constexpr size_t kFirst = 16;
  std::vector<T> slots_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace lvslab::fabric
