#pragma once
// One case on this kernel: a namespace of its own with a TAP for each interface, kernel IPVS, and
// the real ipvsadm for rules and listings. Needs root of a network namespace and ip_vs.
//
// A frame written to a TAP is processed before write(2) returns, up to what the kernel sends out of
// the other: so what can be read after each write belongs to that frame. What a timer sends is read
// at the end of the wait in which it did.

#include <algorithm>
#include <list>
#include <string>

#include "emulator/conform/answer.hh"
#include "emulator/conform/ipvsadm.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/kernel/tap.hh"

namespace lvslab::conform {

class KernelCase {
 public:
  // `played` must outlive this. Throws SystemError and Unavailable.
  KernelCase(const Case& played, std::string ipvsadm);

  bool done() const { return next_ == case_.events.size(); }
  // When play_on() is due; Time{} before the first call.
  Time due() const { return turn_; }
  // Plays up to the next wait. `now` is asked again and again: time is real.
  template <class Clock>
  void play_on(Clock now) {
    if (next_ > 0) end_wait();
    while (!done()) {
      if (const auto pause = wait_begins()) {
        if (started_) late(now());
        // Late or not, a short wait is one: a tick must pass.
        due_ += *pause;
        turn_ = std::max(due_, now() + std::min(*pause, kShortest));
        return;
      }
      if (!started_ && case_.events[next_].kind == EventKind::frame) start(now());
      play(case_.events[next_]);
    }
    if (started_) late(now());
  }
  Answers take() { return std::move(answers_); }

 private:
  static constexpr Duration kShortest = std::chrono::milliseconds(100);
  void set_up();
  void set_sysctls();
  void set_marks();
  void start(Time now) {
    started_ = true;
    due_ = turn_ = now;
  }
  void late(Time now) { answers_.late = std::max(answers_.late, now - due_); }
  std::optional<Duration> wait_begins();
  void end_wait();
  void play(const Event& event);
  void read_frames(Answer& answer);

  const Case& case_;
  kernel::Namespace in_;
  Ipvsadm ipvsadm_;
  std::list<kernel::Tap> taps_;
  Answers answers_;
  size_t next_ = 0;
  bool started_ = false;  // a frame has come: from there on time matters
  bool waiting_ = false;
  Time due_{};   // when the next event should be
  Time turn_{};  // and when it will be
};

}  // namespace lvslab::conform
