#include "emulator/kernel/event_loop.hh"

#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

namespace {

constexpr int kMostEvents = 64;

Duration clock_now(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

timespec to_timespec(Duration d) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(d);
  timespec t{};
  t.tv_sec = seconds.count();
  t.tv_nsec = (d - seconds).count();
  return t;
}

}  // namespace

EventLoop::Token::Token(Token&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}

EventLoop::Token& EventLoop::Token::operator=(Token&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void EventLoop::Token::reset() {
  if (EventLoop* loop = std::exchange(loop_, nullptr)) loop->remove(id_);
}

EventLoop::EventLoop()
    : epoll_(static_cast<int>(check(::epoll_create1(EPOLL_CLOEXEC), "make event loop", "epoll"))),
      started_(clock_now(CLOCK_MONOTONIC)),
      started_realtime_(clock_now(CLOCK_REALTIME)) {}

Time EventLoop::now() const {
  return Time(clock_now(CLOCK_MONOTONIC) - started_);
}

Time EventLoop::at_realtime(Duration since_epoch) const {
  return Time(since_epoch - started_realtime_);
}

EventLoop::Token EventLoop::add(int fd, uint32_t events, Ready ready) {
  const uint64_t id = next_id_++;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "watch descriptor",
        std::to_string(fd));
  watches_.emplace(id, std::make_shared<Watch>(Watch{fd, std::move(ready)}));
  return Token(this, id);
}

void EventLoop::change(const Token& token, uint32_t events) {
  const auto watch = watches_.find(token.id_);
  if (watch == watches_.end()) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = token.id_;
  check(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, watch->second->fd, &event), "watch descriptor",
        std::to_string(watch->second->fd));
}

EventLoop::Token EventLoop::add_ticker(Deadline next_deadline, Tick tick) {
  const uint64_t id = next_id_++;
  tickers_.emplace(id, std::make_shared<Ticker>(Ticker{std::move(next_deadline), std::move(tick)}));
  return Token(this, id);
}

EventLoop::Token EventLoop::add_timer(Time when, Tick tick) {
  // Once: its own deadline moves to never before it is called.
  const auto at = std::make_shared<Time>(when);
  return add_ticker([at] { return *at; },
                    [at, call = std::move(tick)](Time now) {
                      *at = kNever;
                      call(now);
                    });
}

void EventLoop::remove(uint64_t id) {
  tickers_.erase(id);
  const auto watch = watches_.find(id);
  if (watch == watches_.end()) return;
  // A descriptor that was closed first has left the epoll set by itself.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch->second->fd, nullptr);
  watches_.erase(watch);
}

Time EventLoop::next_deadline() const {
  Time earliest = kNever;
  for (const auto& [id, ticker] : tickers_) earliest = std::min(earliest, ticker->next());
  return earliest;
}

int EventLoop::wait(epoll_event* events, int most, Time deadline) {
  if (deadline == kNever) return ::epoll_wait(epoll_.get(), events, most, -1);
  const Duration left = std::max(deadline - now(), Duration::zero());
  const timespec timeout = to_timespec(left);
  const int ready = ::epoll_pwait2(epoll_.get(), events, most, &timeout, nullptr);
  if (ready >= 0 || errno != ENOSYS) return ready;
  // Before Linux 5.11: milliseconds, rounded up so that a deadline has passed on return.
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left);
  return ::epoll_wait(epoll_.get(), events, most,
                      static_cast<int>(std::min<int64_t>(milliseconds.count(), 1'000'000)));
}

bool EventLoop::run_tickers() {
  bool any = false;
  // By id, since a tick may add and remove tickers.
  for (auto it = tickers_.begin(); it != tickers_.end();) {
    const uint64_t id = it->first;
    const std::shared_ptr<Ticker> ticker = it->second;
    const Time when = ticker->next();
    if (when != kNever && when <= now()) {
      ticker->tick(now());
      any = true;
    }
    it = tickers_.upper_bound(id);
  }
  return any;
}

bool EventLoop::turn(Time deadline) {
  std::array<epoll_event, kMostEvents> events;
  const int ready = wait(events.data(), kMostEvents, std::min(deadline, next_deadline()));
  if (ready < 0 && errno != EINTR) throw SystemError("wait for events", "epoll", errno);
  for (int i = 0; i < ready; ++i) {
    // By value: epoll_event is packed on amd64, and nothing may refer into it.
    const epoll_event event = events[static_cast<size_t>(i)];
    const uint64_t id = event.data.u64;
    const auto found = watches_.find(id);
    if (found == watches_.end()) continue;  // removed by an earlier callback of this turn
    const std::shared_ptr<Watch> watch = found->second;
    watch->ready(event.events);
  }
  return run_tickers() || ready > 0;
}

bool EventLoop::run_until(const std::function<bool()>& done, Time deadline) {
  while (!done()) {
    if (deadline != kNever && now() >= deadline) return false;
    turn(deadline);
  }
  return true;
}

void EventLoop::run_for(Duration duration) {
  run_until([] { return false; }, now() + duration);
}

}  // namespace lvslab::kernel
