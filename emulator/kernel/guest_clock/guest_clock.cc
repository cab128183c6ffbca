// The clock of a guest that need not wait: a library put in front of linux.uml's C library
// (LD_PRELOAD), of whose functions that kernel makes its clock, its timer and its idle loop. No
// part of lvslab's own program, which only carries it (guest_clock.hh).
//
// Theory of operation. The guest has one timer, for the next thing that it has to do at a certain
// time, and calls sigsuspend() when there is nothing to do until then. Here that time is slept many
// times faster and then added to every clock that the guest can read. While the guest computes, its
// clocks run as ours do. So nothing in it can tell: a timer fires at its time, and what happens at
// one time still takes as long as it takes.
//
// Linux's own way to this is UML's time travel (CONFIG_UML_TIME_TRAVEL_SUPPORT), which Debian's
// package is built without.
//
// linux.uml's kernel is one thread; its signal handlers call what stands here, so nothing here
// allocates or locks.

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace {

constexpr int64_t kSecond = 1'000'000'000;  // ns, as all times here

// How much faster. A guest in which for long nothing happens but its kernel's own timers, every
// second or so, waits for something of the world outside: it is to sleep nearly all of its time.
constexpr int64_t kFast = 50'000, kSlow = 1'000;
constexpr int64_t kLong = 5'000 * kSecond;  // of the guest's time
constexpr int64_t kBusy = kSecond / 200;    // of ours: more than timers take
constexpr int64_t kNap = kSecond / 20'000;  // less is not worth a system call

int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * kSecond + time.tv_nsec;
}

timespec spec_of(int64_t time) {
  return {time / kSecond, time % kSecond};
}

// What this library stands in front of.
struct Behind {
  decltype(&::clock_gettime) get_clock;
  decltype(&::timer_settime) set_timer;
  decltype(&::sigsuspend) suspend;
};

template <class Function>
void find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

const Behind& behind() {
  static Behind found{};
  if (!found.suspend) {
    find(found.get_clock, "clock_gettime");
    find(found.set_timer, "timer_settime");
    find(found.suspend, "sigsuspend");
  }
  return found;
}

std::atomic<int64_t> skipped{0};  // by which the guest's clocks are ahead of ours

// The guest's timer.
timer_t timer;
bool armed = false;
int64_t fires = 0;     // on the guest's clock
int64_t interval = 0;  // 0: once

int64_t our_time(clockid_t clock) {
  timespec now{};
  behind().get_clock(clock, &now);
  return nanoseconds(now);
}

int64_t guest_time(clockid_t clock) {
  return our_time(clock) + skipped;
}

int64_t left() {
  return fires - guest_time(CLOCK_MONOTONIC);
}

void set_real_timer(int64_t first) {
  const itimerspec real{spec_of(interval), spec_of(first)};
  behind().set_timer(timer, 0, &real, nullptr);
}

// Since it was busy last.
int64_t idle = 0;  // of the guest's time
int64_t woke = 0;  // of ours

int64_t speed(int64_t whole) {
  if (our_time(CLOCK_MONOTONIC) - woke > kBusy) idle = 0;
  idle += whole;
  return idle > kLong ? kSlow : kFast;
}

// The part of `pause` that was slept: a signal may come first.
int64_t sleep(int64_t pause) {
  if (pause < kNap) return pause;
  const timespec wanted = spec_of(pause);
  timespec rest{};
  return ::nanosleep(&wanted, &rest) == 0 ? pause : pause - nanoseconds(rest);
}

// False when a signal came first; then only what was slept is added.
bool skip(int64_t whole) {
  const int64_t began = guest_time(CLOCK_MONOTONIC), by = speed(whole), pause = whole / by;
  const int64_t slept = sleep(pause);
  const int64_t ahead = slept == pause ? whole : slept * by;
  const int64_t passed = guest_time(CLOCK_MONOTONIC) - began;
  if (ahead > passed) skipped += ahead - passed;
  return slept == pause;
}

// What the real timer would do now.
void fire() {
  armed = interval != 0;
  fires = guest_time(CLOCK_MONOTONIC) + interval;
  set_real_timer(interval);
  ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), SIGALRM);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) return behind().get_clock(clock, time);
  *time = spec_of(guest_time(clock));
  return 0;
}

int timer_settime(timer_t which, int, const itimerspec* value, itimerspec*) noexcept {
  timer = which;
  interval = nanoseconds(value->it_interval);
  const int64_t first = nanoseconds(value->it_value);
  armed = first != 0;
  fires = guest_time(CLOCK_MONOTONIC) + first;
  set_real_timer(first);
  return 0;
}

int timer_gettime(timer_t, itimerspec* value) noexcept {
  const int64_t rest = armed ? left() : 0;
  // One that repeats is never at its end.
  *value = {spec_of(interval), spec_of(rest > 0 ? rest : interval ? 1 : 0)};
  return 0;
}

// The guest's idle loop calls it with SIGALRM blocked, so the signal of fire() waits for `mask`.
int sigsuspend(const sigset_t* mask) {
  const int64_t rest = armed ? left() : 0;
  const bool early = rest > 0 && !skip(rest) && left() > 0;
  if (early) {
    set_real_timer(left());
    errno = EINTR;
  } else {
    if (armed) fire();
    behind().suspend(mask);
  }
  woke = our_time(CLOCK_MONOTONIC);
  return -1;
}

}  // extern "C"
