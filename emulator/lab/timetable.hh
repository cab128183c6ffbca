#pragma once
// What a step has happen while its action is under way, told the time by whoever plays the step: an
// event loop or a simulation. One item after the other, in their order, even when one takes longer
// than the next is away.

#include <functional>

#include "emulator/base/time.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

class Timetable {
 public:
  using Act = std::function<void(const topology::Action& action)>;
  // The step must outlive it.
  Timetable(const topology::Step& step, Time began, Act act)
      : items_(step.meanwhile), began_(began), act_(std::move(act)) {}

  // When the next item is due; kNever: none is left, or one is being done.
  Time next() const {
    return busy_ || done_ == items_.size() ? kNever : began_ + items_[done_].after;
  }
  bool is_busy() const { return busy_; }
  bool is_over() const { return done_ == items_.size() && !busy_; }
  // Does the next item. An error in it ends the step.
  void act() {
    busy_ = true;
    act_(items_[done_++].action);
    busy_ = false;
  }

 private:
  const std::vector<topology::Meanwhile>& items_;
  Time began_;
  Act act_;
  size_t done_ = 0;
  bool busy_ = false;
};

}  // namespace lvslab::lab
