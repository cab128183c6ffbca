// lvslab test: every lab below a path, in parallel, one report.

#include <iostream>
#include <memory>
#include <thread>

#include "emulator/lab/runner.hh"
#include "emulator/report/result.hh"
#include "emulator/report/text.hh"
#include "tools/lvslab/output.hh"
#include "tools/lvslab/run_options.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> paths;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  lab::Options options;
  Outputs outputs;
};

int run(const Arguments& arguments) {
  const auto files = lab::find_labs(arguments.paths);
  const bool for_people = !arguments.outputs.tap && arguments.outputs.json != "-";
  const auto style = style_of_stdout();
  size_t ended = 0;
  const auto done = [&](const report::RunResult& result) {
    ++ended;
    if (!stderr_is_terminal()) return;
    std::cerr << "\r\033[K[" << ended << '/' << files.size() << "] " << result.label()
              << (ended == files.size() ? "\r\033[K" : "") << std::flush;
  };
  const auto results = lab::run_many(files, arguments.options, arguments.jobs, done);
  if (for_people) {
    for (const auto& result : results)
      if (report::outcome_of(result) != report::Status::passed)
        report::print_text(std::cout, result, style);
    report::print_summary(std::cout, results, style);
  }
  write_outputs(arguments.outputs, results);
  return report::exit_code(results);
}

}  // namespace

void add_test(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("test", "run every lab below the paths, in parallel");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("PATH", arguments->paths, "files and folders")->required();
  verb->add_option("-j,--jobs", arguments->jobs, "labs at once")
      ->check(CLI::Range(1U, 256U))
      ->capture_default_str();
  add_run_options(*verb, arguments->options);
  add_output_options(*verb, arguments->outputs);
  verb->footer(
      "Examples:\n"
      "  lvslab test topologies\n"
      "  lvslab test topologies -j 8 --junit report.xml");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
