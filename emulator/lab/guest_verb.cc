#include "emulator/lab/guest_verb.hh"

#include <cerrno>
#include <filesystem>
#include <iostream>

#include "emulator/base/error.hh"
#include "emulator/kernel/uml.hh"
#include "emulator/lab/sabotage.hh"

namespace lvslab::lab {

namespace fs = std::filesystem;

std::vector<std::string> words_for_guest(const Options& options) {
  refuse_sabotage(options);
  std::vector<std::string> words = {"--on",     "netns",
                                    "--seed",   std::to_string(options.seed),
                                    "--repeat", std::to_string(options.repeat)};
  const auto cast = cast_words(options);
  words.insert(words.end(), cast.begin(), cast.end());
  return words;
}

int run_verb_in_guest(const GuestVerb& verb) {
  std::vector<std::string> command = {fs::read_symlink("/proc/self/exe")};
  command.insert(command.end(), verb.words.begin(), verb.words.end());
  kernel::GuestOptions options;
  for (const auto& folder : verb.writable) {
    fs::create_directories(folder);
    options.writable.push_back(fs::canonical(folder));
  }
  options.deadline = verb.longest;
  const auto end = kernel::run_in_guest(
      command, options, [](std::string_view text) { std::cout << text << std::flush; },
      [](std::string_view text) { std::cerr << text << std::flush; });
  if (!end.status) throw SystemError("run a guest", end.problem, ECHILD);
  return *end.status;
}

}  // namespace lvslab::lab
