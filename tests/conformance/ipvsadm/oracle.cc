// The real ipvsadm on kernel IPVS: `ipvsadm_oracle FILE` boots a kernel (User Mode Linux), plays
// the histories of FILE there and prints what each step answered. Format: steps.hh.
//
// Inside, the guest has its own copy of /etc: names are those of kHosts and no name server is
// asked, so that listings without -n answer at once and the same everywhere.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "emulator/base/error.hh"
#include "emulator/kernel/guest_init.hh"
#include "emulator/kernel/uml.hh"
#include "tests/conformance/ipvsadm/steps.hh"
#include "tests/support/command.hh"

using namespace lvslab;
using conformance::Answer;
using conformance::Histories;
using conformance::Step;

namespace {

constexpr const char* kInside = "inside";

std::string text_of(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Files, not pipes, and posix_spawn(3), not fork(2): processes are what costs in a guest.
Answer ask(const Step& step) {
  const std::string folder = "/tmp/";
  const std::string in = folder + "in", out = folder + "out", err = folder + "err";
  std::ofstream(in) << step.input;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::vector<std::string> words{"ipvsadm"};
  words.insert(words.end(), step.arguments.begin(), step.arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, "/usr/sbin/ipvsadm", &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw SystemError("start", "ipvsadm", error);
  int status = 0;
  check(waitpid(pid, &status, 0), "wait for", "ipvsadm");
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), test::read_file(out),
          test::read_file(err)};
}

int play(const std::string& file) {
  std::ofstream("/etc/hosts") << conformance::kHosts;
  std::ofstream("/etc/nsswitch.conf") << "hosts: files\nservices: files\nprotocols: files\n";
  test::run({"ip", "link", "add", conformance::kInterface, "type", "dummy"});
  test::run({"ip", "link", "set", conformance::kInterface, "up"});
  test::run({"ip", "link", "set", "lo", "up"});
  std::ifstream stream(file);
  const auto histories = conformance::histories_of(text_of(stream));
  std::vector<std::vector<Answer>> all;
  for (const auto& history : histories) {
    auto& answers = all.emplace_back();
    for (const auto& step : history) answers.push_back(ask(step));
  }
  std::cout << conformance::to_text(all) << std::flush;
  return 0;
}

int boot(const std::string& file) {
  kernel::GuestOptions options;
  options.deadline = std::chrono::minutes(5);
  const auto end = kernel::run_in_guest(
      {std::filesystem::read_symlink("/proc/self/exe"), kInside, file}, options,
      [](std::string_view text) { std::cout << text; },
      [](std::string_view text) { std::cerr << text; });
  if (!end.status) std::cerr << "no guest: " << end.problem << '\n';
  return end.status.value_or(1);
}

}  // namespace

int main(int argc, char** argv) {
  kernel::serve_as_guest_init(argc, argv);
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 1) return boot(words[0]);
    if (words.size() == 2 && words[0] == kInside) return play(words[1]);
    std::cerr << "usage: ipvsadm_oracle FILE\n";
  } catch (const std::exception& error) {
    std::cerr << "ipvsadm_oracle: " << error.what() << '\n';
  }
  return 2;
}
