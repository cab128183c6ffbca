#include "emulator/kernel/program.hh"

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>

#include "emulator/base/error.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

ProgramResult shell(const Namespace& in, const std::string& script, ProgramOptions options = {}) {
  EventLoop loop;
  return run_program(loop, in, {"sh", "-c", script}, std::move(options), kLong);
}

void expect_output(const ProgramResult& result, const std::string& output) {
  expect(result.output == output, "'" + output + "', not '" + result.output + "'");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_program)

BOOST_AUTO_TEST_CASE(output_status_environment_and_names) {
  in_child([] {
    const Namespace in = Namespace::make();
    ProgramOptions options;
    options.environment = {"LAB=dr"};
    options.hosts = "192.0.2.11 rs1\n";
    options.hostname = "rs2";
    options.directory = "/usr";
    const ProgramResult result =
        shell(in, "echo $LAB; cat /etc/hosts; uname -n; pwd; echo err >&2; exit 7", options);
    expect_output(result, "dr\n192.0.2.11 rs1\nrs2\n/usr\nerr\n");
    expect(result.status == 7, "status 7");
  });
}

BOOST_AUTO_TEST_CASE(sees_its_own_processes_and_its_hosts_interfaces) {
  in_child([] {
    const Namespace in = Namespace::make(), far = Namespace::make();
    Netlink(in).create_veth({"rs1eth0", Segment::mac(1)}, {"x", Segment::mac(2)}, far);
    expect_output(shell(in, "ls /sys/class/net; echo $$; cat /proc/1/comm | head -c 4"),
                  "lo\nrs1eth0\n2\nunit");
  });
}

BOOST_AUTO_TEST_CASE(nothing_of_its_view_is_left_on_the_machine) {
  in_child([] {
    const Namespace in = Namespace::make();
    ProgramOptions options;
    options.hosts = "192.0.2.11 only-in-the-program\n";
    expect(shell(in, "grep -q only-in /etc/hosts", options).status == 0, "there inside");
    expect(shell(in, "grep -q only-in /etc/hosts").status == 1, "the machine's without");
    expect(std::system("grep -q only-in /etc/hosts") != 0, "not outside");
    expect(std::system("test -e /sys/hosts") != 0, "no scratch file");
  });
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_named) {
  in_child([] {
    const Namespace in = Namespace::make();
    expect(message_of<SystemError>([&] { Program(in, {"no-such-program"}); }) ==
               "cannot start program (no-such-program): No such file or directory",
           "by its name");
    expect(message_of<SystemError>([&] { Program(in, {"/etc"}); }) ==
               "cannot start program (/etc): Permission denied",
           "a folder");
    ProgramOptions options;
    options.directory = "/nowhere";
    expect_contains(message_of<SystemError>([&] { Program(in, {"true"}, options); }),
                    "enter directory for program (true)");
    message_of<UsageError>([&] { Program(in, {}); });
  });
}

BOOST_AUTO_TEST_CASE(signals_end_it_with_128_and_their_number) {
  in_child([] {
    const Namespace in = Namespace::make();
    Program sleeper(in, {"sleep", "1000"});
    expect(!sleeper.wait(kShort), "runs");
    sleeper.terminate();
    expect(sleeper.wait(kLong) == 128 + SIGTERM, "by SIGTERM");
    Program stubborn(in, {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"},
                     {.output = ProgramOptions::Output::pipe});
    EventLoop loop;
    bool ready = false;
    const auto token = loop.add(stubborn.output_fd(), EPOLLIN, [&](uint32_t) { ready = true; });
    expect(loop.run_until([&] { return ready; }, loop.now() + kLong), "trap set");
    stubborn.terminate();
    expect(!stubborn.wait(kShort), "it does not listen");
    stubborn.kill();
    expect(stubborn.wait(kLong) == 128 + SIGKILL, "by SIGKILL");
  });
}

BOOST_AUTO_TEST_CASE(its_end_takes_along_what_it_left_behind) {
  in_child([] {
    const Namespace in = Namespace::make();
    // The background process holds the output pipe: only its end lets run_program see the end.
    expect(shell(in, "sleep 1000 & exit 3").status == 3, "status of the program itself");
  });
}

BOOST_AUTO_TEST_CASE(a_timeout_kills_it) {
  in_child([] {
    const Namespace in = Namespace::make();
    EventLoop loop;
    const ProgramResult result =
        run_program(loop, in, {"sh", "-c", "echo begun; sleep 1000"}, {}, kShort);
    expect(!result.status, "no status");
    expect_output(result, "begun\n");
  });
}

BOOST_AUTO_TEST_CASE(no_descriptor_of_ours_is_passed_on) {
  in_child([] {
    const Namespace in = Namespace::make();
    expect_output(shell(in, "ls /proc/self/fd | wc -l"), "4\n");  // 0, 1, 2 and ls's own
    expect_output(shell(in, "ls /proc/1/fd | wc -l"), "3\n");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
