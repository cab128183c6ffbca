#include "emulator/kernel/child.hh"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <stdexcept>

#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(kernel_child)

BOOST_AUTO_TEST_CASE(result_exception_signal_and_deadline_are_told_apart) {
  const ChildResult good = run_in_child([] { return std::string("all well"); }, 5s);
  BOOST_TEST(good.ok());
  BOOST_TEST(good.output == "all well");

  const ChildResult thrown =
      run_in_child([]() -> std::string { throw std::runtime_error("broken"); }, 5s);
  BOOST_TEST((thrown.status == 1));
  BOOST_TEST(thrown.output == "broken");

  const ChildResult killed = run_in_child(
      []() -> std::string {
        ::kill(::getpid(), SIGTERM);
        ::pause();
        return "";
      },
      5s);
  BOOST_TEST(!killed.status);
  BOOST_TEST(killed.signal == SIGTERM);
  BOOST_TEST(!killed.timed_out);

  const ChildResult late = run_in_child(
      []() -> std::string {
        ::pause();
        return "";
      },
      50ms);
  BOOST_TEST(late.timed_out);
  BOOST_TEST(!late.ok());
}

BOOST_AUTO_TEST_CASE(more_than_a_pipe_holds) {
  const std::string big(1 << 20, 'x');
  BOOST_TEST((run_in_child([&] { return big; }, 5s).output == big));
}

BOOST_AUTO_TEST_CASE(several_at_once) {
  std::vector<Child> children;
  for (int i = 0; i < 8; ++i) children.emplace_back([i] { return std::to_string(i); });
  for (int i = 0; i < 8; ++i)
    BOOST_TEST(children[static_cast<size_t>(i)].finish(5s).output == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(dies_with_its_parent) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  FileDescriptor read(ends[0]), write(ends[1]);
  // The parent starts a child that holds the pipe, tells its number and is killed.
  Child parent([&]() -> std::string {
    const Child child([&]() -> std::string {
      const int own = ::getpid();
      if (::write(write.get(), &own, sizeof own) < 0) return "";
      ::pause();
      return "";
    });
    ::pause();
    return "";
  });
  write.reset();
  int grandchild = 0;
  BOOST_REQUIRE(::read(read.get(), &grandchild, sizeof grandchild) == sizeof grandchild);
  BOOST_TEST(::kill(grandchild, 0) == 0);
  ::kill(parent.pid(), SIGKILL);
  // End of file: nobody holds the pipe any more.
  pollfd closed{read.get(), POLLIN, 0};
  char byte;
  const bool ended = ::poll(&closed, 1, 5000) == 1 && ::read(read.get(), &byte, 1) == 0;
  BOOST_TEST(ended);
  if (!ended) ::kill(grandchild, SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel
