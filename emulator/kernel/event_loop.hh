#pragma once
// The one thread of a lab that runs on a kernel: descriptors that became ready, and deadlines that
// passed, in turn. epoll(7) and CLOCK_MONOTONIC. Not thread-safe. Loops may nest: a callback may
// call run_until().

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "emulator/base/file_descriptor.hh"
#include "emulator/base/time.hh"

namespace lvslab::kernel {

class EventLoop {
 public:
  using Ready = std::function<void(uint32_t events)>;  // EPOLLIN, EPOLLOUT, EPOLLHUP ...
  using Deadline = std::function<Time()>;              // kNever: none
  using Tick = std::function<void(Time now)>;

  // Ends what it stands for when it goes. The loop must outlive it.
  class Token {
   public:
    Token() = default;
    ~Token() { reset(); }
    Token(Token&& other) noexcept;
    Token& operator=(Token&& other) noexcept;
    void reset();
    explicit operator bool() const { return loop_ != nullptr; }

   private:
    friend class EventLoop;
    Token(EventLoop* loop, uint64_t id) : loop_(loop), id_(id) {}
    EventLoop* loop_ = nullptr;
    uint64_t id_ = 0;
  };

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Since the loop was made.
  Time now() const;
  // A real time of the kernel's (Captured::realtime) on that scale; assumes that nobody set the
  // clock since the loop was made.
  Time at_realtime(Duration since_epoch) const;

  // Level-triggered. A descriptor can be added once at a time; reset the token before closing it.
  [[nodiscard]] Token add(int fd, uint32_t events, Ready ready);
  void change(const Token& token, uint32_t events);
  // `tick` is called when the time of `next_deadline` has come; asked anew in each turn.
  [[nodiscard]] Token add_ticker(Deadline next_deadline, Tick tick);
  // Once, at `when`.
  [[nodiscard]] Token add_timer(Time when, Tick tick);

  // Turns until done() holds, true, or the deadline passed, false. done() is asked before the first
  // turn and after each.
  bool run_until(const std::function<bool()>& done, Time deadline = kNever);
  void run_for(Duration duration);
  // One turn: waits until something is ready, but not beyond `deadline`. False: there was nothing
  // to do by then.
  bool turn(Time deadline);

 private:
  struct Watch {
    int fd = -1;
    Ready ready;
  };
  struct Ticker {
    Deadline next;
    Tick tick;
  };
  void remove(uint64_t id);
  Time next_deadline() const;
  int wait(epoll_event* events, int most, Time deadline);
  bool run_tickers();  // false: none was due

  FileDescriptor epoll_;
  Duration started_;           // CLOCK_MONOTONIC
  Duration started_realtime_;  // CLOCK_REALTIME at the same moment
  uint64_t next_id_ = 1;
  // Shared so that a callback may remove itself while it runs.
  std::map<uint64_t, std::shared_ptr<Watch>> watches_;
  std::map<uint64_t, std::shared_ptr<Ticker>> tickers_;
};

}  // namespace lvslab::kernel
