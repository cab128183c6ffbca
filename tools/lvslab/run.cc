// lvslab run: labs up, exercised, checked, shown, gone.

#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/lab/runner.hh"
#include "emulator/report/result.hh"
#include "emulator/report/text.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/output.hh"
#include "tools/lvslab/run_options.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> files;
  lab::Options options;
  Outputs outputs;
};

int run(const Arguments& arguments) {
  const auto files = files_or_only_one(arguments.files);
  if (!arguments.options.pcap.empty() && files.size() > 1)
    throw UsageError("lvslab run: --pcap takes the capture of one lab; " +
                     std::to_string(files.size()) + " were given");
  const bool for_people = !arguments.outputs.tap && arguments.outputs.json != "-";
  const auto style = style_of_stdout();
  // One after the other, each shown as it ends.
  const auto done = [&](const report::RunResult& result) {
    if (!for_people) return;
    report::print_text(std::cout, result, style);
    std::cout << std::flush;
  };
  const auto results = lab::run_many(files, arguments.options, 1, done);
  if (for_people && results.size() > 1) report::print_summary(std::cout, results, style);
  write_outputs(arguments.outputs, results);
  return report::exit_code(results);
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("run", "bring labs up, run their scenarios, check, take down");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->files,
                   "lab files (- for standard input; default: the only *.yaml here)");
  add_run_options(*verb, arguments->options);
  verb->add_option("--pcap", arguments->options.pcap,
                   "write every frame, with interface names and comments")
      ->type_name("OUT.pcapng");
  add_output_options(*verb, arguments->outputs);
  verb->footer(
      "Examples:\n"
      "  lvslab run topologies/dr.yaml\n"
      "  lvslab run topologies/dr.yaml --pcap dr.pcapng && tshark -r dr.pcapng\n"
      "  lvslab run nat.yaml --servers embedded --seed 7 --junit nat.xml");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
