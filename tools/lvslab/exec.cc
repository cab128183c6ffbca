// lvslab exec: a program on a host of a lab that is up, with this terminal as its own.

#include <memory>

#include "emulator/base/error.hh"
#include "emulator/lab/background.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::string lab;
  std::string host;
  std::vector<std::string> command;
};

}  // namespace

void add_exec(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("exec", "run a program on a host of a lab that is up");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("NAME", arguments->lab, "the lab")->required();
  verb->add_option("HOST", arguments->host, "a host of this kernel in it")->required();
  verb->add_option("CMD", arguments->command, "the program and its arguments, after --")
      ->required();
  verb->positionals_at_end();
  verb->footer(
      "The exit code is the program's. /etc/hosts there knows the lab's hosts by name.\n\n"
      "Examples:\n"
      "  lvslab exec dr client -- ping -c1 192.168.1.219\n"
      "  lvslab exec dr rs1 -- bash");
  verb->callback([&chosen, arguments] {
    chosen = [arguments] {
      // The parser leaves the separator in what it has not looked at.
      auto& command = arguments->command;
      if (command.front() == "--") command.erase(command.begin());
      if (command.empty()) throw UsageError("lvslab exec: no program after --");
      return lab::exec_in_background(arguments->lab, arguments->host, command);
    };
  });
}

}  // namespace lvslab::tools
