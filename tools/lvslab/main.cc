// lvslab: parse, run the verb, turn what went wrong into a line and an exit code.

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <iostream>

#include "emulator/base/error.hh"
#include "emulator/kernel/guest_init.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {
namespace {

constexpr const char* kAbout =
    "Virtual networks that prove how LVS load balancing behaves: NAT, direct routing and tunnels,\n"
    "from captured frames.";
constexpr const char* kFooter =
    "Begin with:\n"
    "  lvslab doctor                      what this machine can run\n"
    "  lvslab run topologies/dr.yaml      a lab up, exercised, proven, gone\n"
    "\n"
    "Exit codes: 0 every check passed; 1 a check failed; 2 wrong usage or a wrong file;\n"
    "3 it can't run here.";

void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("lvslab");
  logger->set_pattern("%^%l%$: %v");
  spdlog::set_default_logger(logger);
  spdlog::set_level(spdlog::level::from_str(level));
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "lvslab");
  app.footer(kFooter);
  app.set_version_flag("--version", "lvslab 0.1.0");
  app.require_subcommand(1);
  app.fallthrough();
  std::string level = "warn";
  app.add_option("--log", level, "how much to say on standard error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->envname("LVSLAB_LOG")
      ->capture_default_str();
  Chosen chosen;
  for (auto* add : {add_run, add_test, add_up, add_down, add_exec, add_ipvsadm, add_inspect,
                    add_graph, add_validate, add_doctor, add_replay, add_conform, add_fuzz, add_guest_labs})
    add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kPassed : kWrongUsage;
  }
  log_to_stderr(level);
  return chosen();
}

}  // namespace
}  // namespace lvslab::tools

int main(int argc, char** argv) {
  using namespace lvslab;
  kernel::serve_as_guest_init(argc, argv);
  try {
    if (tools::is_called_ipvsadm(argv[0])) return tools::run_as_ipvsadm(argc, argv);
    return tools::run(argc, argv);
  } catch (const UsageError& error) {
    std::cerr << error.what() << '\n';
    return tools::kWrongUsage;
  } catch (const Unavailable& error) {
    std::cerr << "lvslab: can't run here: " << error.what() << '\n';
    return tools::kUnavailable;
  } catch (const std::exception& error) {
    std::cerr << "lvslab: " << error.what() << '\n';
    return tools::kFailed;
  }
}
