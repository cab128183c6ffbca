// lvslab validate: read and check files, run nothing.

#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/topology/reader.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

// True if the file is usable; says all that is wrong with it on standard error.
bool validate(const std::string& file) {
  try {
    const auto loaded = topology::load(file);
    for (const auto& warning : loaded.warnings)
      std::cerr << "warning: " << topology::to_string(loaded.topology.file, warning) << '\n';
    std::cout << loaded.topology.file << ": " << loaded.topology.name << ": "
              << loaded.topology.hosts.size() << " hosts, " << loaded.topology.networks.size()
              << " networks, " << loaded.topology.scenario.size() << " steps\n";
    return true;
  } catch (const UsageError& error) {
    std::cerr << error.what() << '\n';
    return false;
  }
}

}  // namespace

void add_validate(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("validate", "read and check lab files, run nothing");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("FILE", *files,
                   "lab files (- for standard input; default: the only *.yaml here)");
  verb->footer("Example:\n  lvslab validate topologies/*.yaml");
  verb->callback([&chosen, files] {
    chosen = [files] {
      bool usable = true;
      for (const auto& file : files_or_only_one(*files)) usable &= validate(file);
      return usable ? kPassed : kWrongUsage;
    };
  });
}

}  // namespace lvslab::tools
