// lvslab down: ends labs that are up.

#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/lab/background.hh"
#include "emulator/lab/control.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> names;
  bool all = false;
};

int run(const Arguments& arguments) {
  if (arguments.all != arguments.names.empty())
    throw UsageError("lvslab down: name the labs to end, or --all");
  const auto names = arguments.all ? lab::running_labs() : arguments.names;
  for (const auto& name : names) {
    lab::end_in_background(name);
    std::cout << name << " is down\n";
  }
  if (names.empty()) std::cout << "no lab is up\n";
  return kPassed;
}

}  // namespace

void add_down(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("down", "end labs that are up");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("NAME", arguments->names, "the labs' names; their files are not needed");
  verb->add_flag("--all", arguments->all, "every lab of yours that is up");
  verb->footer("Examples:\n  lvslab down dr\n  lvslab down --all");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
