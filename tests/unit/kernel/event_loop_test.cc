#include "emulator/kernel/event_loop.hh"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

using namespace std::chrono_literals;

namespace {
struct Pipe {
  FileDescriptor read, write;
  Pipe() {
    int ends[2];
    check(::pipe(ends), "make pipe", "test");
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
  void put() { check(::write(write.get(), "x", 1), "write", "pipe"); }
  void take() {
    char byte;
    check(::read(read.get(), &byte, 1), "read", "pipe");
  }
};
}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_event_loop)

BOOST_AUTO_TEST_CASE(ready_descriptor_is_called_until_its_token_goes) {
  EventLoop loop;
  Pipe pipe;
  int calls = 0;
  {
    const auto token = loop.add(pipe.read.get(), EPOLLIN, [&](uint32_t) { ++calls; });
    loop.turn(loop.now());
    BOOST_TEST(calls == 0);
    pipe.put();
    BOOST_TEST(loop.run_until([&] { return calls == 2; }, loop.now() + 1s));  // level-triggered
  }
  loop.turn(loop.now());
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_callback_may_end_itself_and_others) {
  EventLoop loop;
  Pipe a, b;
  int calls = 0;
  EventLoop::Token token_a, token_b;
  const auto once = [&](uint32_t) {
    ++calls;
    token_a.reset();
    token_b.reset();
  };
  token_a = loop.add(a.read.get(), EPOLLIN, once);
  token_b = loop.add(b.read.get(), EPOLLIN, once);
  a.put();
  b.put();
  for (int i = 0; i < 3; ++i) loop.turn(loop.now());
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(deadlines_pass_in_time_and_never_early) {
  EventLoop loop;
  std::vector<Time> ticks;
  Time next = loop.now() + 2ms;
  const auto ticker = loop.add_ticker([&] { return next; },
                                      [&](Time now) {
                                        BOOST_TEST((now >= next));
                                        ticks.push_back(now);
                                        next = now + 2ms;
                                      });
  int fired = 0;
  const auto timer = loop.add_timer(loop.now() + 3ms, [&](Time) { ++fired; });
  // However busy the machine: the ticks come, and none comes before its time (above).
  BOOST_TEST(loop.run_until([&] { return ticks.size() >= 3 && fired > 0; }, loop.now() + 5s));
  const size_t so_far = ticks.size();
  loop.turn(loop.now());
  BOOST_TEST(ticks.size() <= so_far + 1);
  BOOST_TEST(fired == 1);
}

BOOST_AUTO_TEST_CASE(run_until_tells_done_from_deadline) {
  EventLoop loop;
  BOOST_TEST(loop.run_until([] { return true; }, Time{}));
  const Time deadline = loop.now() + 5ms;
  BOOST_TEST(!loop.run_until([] { return false; }, deadline));
  BOOST_TEST((loop.now() >= deadline));
  BOOST_TEST((loop.now() < deadline + 1s));
}

BOOST_AUTO_TEST_CASE(loops_nest) {
  EventLoop loop;
  Pipe outer, inner;
  bool nested = false;
  const auto inner_token = loop.add(inner.read.get(), EPOLLIN, [&](uint32_t) {
    inner.take();
    nested = true;
  });
  bool done = false;
  const auto outer_token = loop.add(outer.read.get(), EPOLLIN, [&](uint32_t) {
    outer.take();
    inner.put();
    done = loop.run_until([&] { return nested; }, loop.now() + 1s);
  });
  outer.put();
  BOOST_TEST(loop.run_until([&] { return done; }, loop.now() + 2s));
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_is_refused_by_number) {
  EventLoop loop;
  BOOST_CHECK_THROW((void)loop.add(-1, EPOLLIN, [](uint32_t) {}), SystemError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel
