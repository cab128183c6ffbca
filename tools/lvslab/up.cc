// lvslab up: a lab that stays, in the background.

#include <iostream>
#include <memory>

#include "emulator/lab/background.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/run_options.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> file;
  lab::Options options;
};

int run(const Arguments& arguments) {
  const auto up =
      lab::start_in_background(files_or_only_one(arguments.file).front(), arguments.options);
  for (const auto& warning : up.warnings) std::cerr << "warning: " << warning << '\n';
  std::cout << up.drawing << '\n'
            << up.lab << " is up (process " << up.pid << ")\n"
            << "  lvslab exec " << up.lab << ' ' << up.a_kernel_host << " -- ip address\n"
            << "  lvslab inspect " << up.lab << '\n'
            << "  lvslab down " << up.lab << '\n';
  return kPassed;
}

}  // namespace

void add_up(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("up", "bring a lab up and leave it running in the background");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->file, "lab file (default: the only *.yaml here)")
      ->expected(0, 1);
  add_run_options(*verb, arguments->options);
  verb->footer(
      "Example:\n"
      "  lvslab up topologies/dr.yaml\n"
      "  lvslab exec dr client -- curl http://192.168.1.219/\n"
      "  lvslab down dr");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
