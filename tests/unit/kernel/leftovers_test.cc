// Killed with SIGKILL, a lab leaves nothing: no process, no namespace, no link.
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include "emulator/kernel/child.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/tap.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

constexpr Duration kSecond = std::chrono::seconds(1);

// Processes with this in their environment.
size_t processes_marked(const std::string& mark) {
  size_t count = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  while (const dirent* entry = ::readdir(proc.get())) {
    std::ifstream file("/proc/" + std::string(entry->d_name) + "/environ", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (text.str().find(mark) != std::string::npos) ++count;
  }
  return count;
}

std::string new_mark() {
  return "LVSLAB_TEST_MARK=" + std::to_string(::getpid());
}

// A process that does `work`, says so and then waits to be killed.
class Victim {
 public:
  explicit Victim(const std::function<void()>& work) {
    int ends[2];
    expect(::pipe(ends) == 0, "a pipe");
    const FileDescriptor ready(ends[0]);
    FileDescriptor tell(ends[1]);
    child_ = std::make_unique<Child>([&]() -> std::string {
      work();
      expect(::write(tell.get(), "r", 1) == 1, "told");
      for (;;) ::pause();
    });
    tell.reset();
    char byte = 0;
    if (::read(ready.get(), &byte, 1) != 1)
      throw std::runtime_error("the victim failed: " + child_->finish(kLong).output);
  }
  void kill() { ::kill(child_->pid(), SIGKILL); }

 private:
  std::unique_ptr<Child> child_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_leftovers)

BOOST_AUTO_TEST_CASE(programs_and_their_children_die_with_the_lab) {
  in_child([] {
    const Namespace in = Namespace::make();
    const std::string mark = new_mark();
    std::unique_ptr<Program> program;
    Victim victim([&] {
      ProgramOptions options;
      options.environment = {mark};
      // Two grandchildren, one of them in a session of its own that ignores hang-ups.
      program = std::make_unique<Program>(
          in,
          std::vector<std::string>{"sh", "-c", "setsid nohup sleep 1000 >/dev/null & sleep 1000"},
          options);
    });
    expect(eventually([&] { return processes_marked(mark) >= 3; }, kLong), "three processes run");
    victim.kill();
    expect(eventually([&] { return processes_marked(mark) == 0; }, kSecond),
           std::to_string(processes_marked(mark)) + " processes left");
  });
}

BOOST_AUTO_TEST_CASE(thirty_namespaces_with_links_taps_and_programs_vanish_within_a_second) {
  in_child([] {
    // Each of the victim's namespaces has a link into this one: it goes when the namespace does.
    const Namespace witness = Namespace::make();
    Netlink netlink(witness);
    const std::string mark = new_mark();
    std::vector<Namespace> held;
    std::vector<Tap> taps;
    std::vector<Program> programs;
    Victim victim([&] {
      for (int i = 0; i < 30; ++i) {
        held.push_back(Namespace::make());
        const std::string name = "w" + std::to_string(i);
        Netlink(held.back())
            .create_veth({"eth0", Segment::mac(1)}, {name, Segment::mac(2)}, witness);
        taps.emplace_back(held.back(), "tap0", TapOptions{});
        ProgramOptions options;
        options.environment = {mark};
        if (i % 10 == 0)
          programs.emplace_back(held.back(), std::vector<std::string>{"sleep", "999"}, options);
      }
    });
    expect(netlink.interfaces().size() == 31, "thirty links and lo");
    expect(processes_marked(mark) == 3, "three programs");
    victim.kill();
    expect(eventually([&] { return netlink.interfaces().size() == 1; }, kSecond),
           "no namespace left, but " + std::to_string(netlink.interfaces().size() - 1));
    expect(processes_marked(mark) == 0, "no process left");
  });
}

BOOST_AUTO_TEST_CASE(an_orderly_end_leaves_nothing_either) {
  in_child([] {
    const Namespace witness = Namespace::make();
    Netlink netlink(witness);
    {
      std::vector<Namespace> held;
      for (int i = 0; i < 10; ++i) {
        held.push_back(Namespace::make());
        Netlink(held.back())
            .create_veth({"eth0", Segment::mac(1)}, {"w" + std::to_string(i), Segment::mac(2)},
                         witness);
      }
      expect(netlink.interfaces().size() == 11, "ten links and lo");
    }
    expect(eventually([&] { return netlink.interfaces().size() == 1; }, kSecond), "all gone");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
