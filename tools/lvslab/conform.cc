// lvslab conform: our director and kernel IPVS on the same cases, frame by frame.

#include <spdlog/spdlog.h>

#include <cctype>
#include <filesystem>
#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/conform/choices.hh"
#include "emulator/conform/kernel_run.hh"
#include "emulator/conform/run.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

constexpr const char* kKernelSide = "conform-kernel";

struct Arguments {
  conform::RunOptions options;
  std::vector<std::string> files;
  std::vector<std::string> ignored;
  std::string features = "all", json, save;
  size_t choices = 0;  // connections to each scheduler
  bool print_only = false, dry = false;
};

conform::Case read_case(const std::string& path) {
  auto read = conform::parse_case(read_text(path), path);
  if (read.name.empty()) read.name = std::filesystem::path(path).stem();
  return read;
}

// "frame: ip.ttl" of seed-12 -> "frame-ip.ttl.seed-12.case"
std::string file_name_of(const conform::Found& found) {
  constexpr size_t kMost = 60;
  std::string name;
  for (const char c : found.mismatch.what.substr(0, kMost)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '+';
    if (plain || (!name.empty() && name.back() != '-')) name += plain ? c : '-';
  }
  return name + "." + found.played.name + ".case";
}

void save(const std::string& folder, const conform::Found& found) {
  if (folder.empty()) return;
  std::filesystem::create_directories(folder);
  write_text(folder + "/" + file_name_of(found),
             "# " + found.mismatch.what + "\n" + conform::print(found.played));
}

int run(const Arguments& arguments) {
  auto options = arguments.options;
  options.generate.features = conform::Features::parse(arguments.features);
  options.ignored = {arguments.ignored.begin(), arguments.ignored.end()};
  for (const auto& file : arguments.files) options.cases.push_back(read_case(file));
  if (arguments.choices > 0)
    options.cases =
        conform::choice_cases({options.seed, arguments.choices, !conform::kernel_has_ipvs()});
  if (arguments.print_only) {
    if (options.cases.empty()) options.cases = {conform::generate(options.seed, options.generate)};
    for (const auto& each : options.cases) std::cout << conform::print(each);
    return kPassed;
  }
  options.kernel.program = {std::filesystem::read_symlink("/proc/self/exe"), kKernelSide};
  options.progress = [](const std::string& line) { spdlog::info("{}", line); };
  options.shrunk = [&](const conform::Found& found) { save(arguments.save, found); };
  const auto result = arguments.dry ? conform::run_dry(options) : conform::run(options);
  if (arguments.json != "-") std::cout << conform::to_text(result);
  if (!arguments.json.empty()) write_text(arguments.json, conform::to_json(result));
  for (const auto& found : result.found) save(arguments.save, found);
  return result.differing == 0 && result.unplayed.empty() ? kPassed : kFailed;
}

void add_kernel_side(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand(kKernelSide, "the kernel's side of conform")->group("");
  auto folder = std::make_shared<std::string>();
  auto at_once = std::make_shared<size_t>(1);
  verb->add_option("FOLDER", *folder)->required();
  verb->add_option("AT-ONCE", *at_once)->required();
  verb->callback([&chosen, folder, at_once] {
    chosen = [folder, at_once]() -> int { conform::serve_cases(*folder, *at_once); };
  });
}

void add_options(CLI::App& verb, Arguments& arguments) {
  auto& options = arguments.options;
  verb.add_option("--seed", options.seed, "seed of the first random case; the others count on")
      ->capture_default_str()
      ->envname("LVSLAB_SEED");
  verb.add_option("--frames", options.frames, "frames to play, about")->capture_default_str();
  verb.add_option("--jobs,-j", options.kernel.workers, "kernels side by side")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  verb.add_option("--case", arguments.files, "play these instead of random ones")
      ->type_name("FILE");
  verb.add_option("--schedulers", arguments.choices,
                  "instead of random cases: each scheduler chooses for so many connections while "
                  "servers come, go and change")
      ->type_name("CONNECTIONS")
      ->check(CLI::Range(size_t{1}, conform::kMostChoices));
  verb.add_option("--features", arguments.features,
                  "what random cases may use: all, or a list; -NAME leaves one out")
      ->capture_default_str();
  verb.add_option("--json", arguments.json, "write the result (- for standard output)")
      ->type_name("OUT");
  verb.add_option("--save", arguments.save, "write the differing cases into this folder")
      ->type_name("FOLDER");
  verb.add_option("--ignore", arguments.ignored,
                  "pass over differences of this kind, as a result names it: \"frame: ip.tos\"")
      ->type_name("WHAT");
  verb.add_option("--shrink", options.shrink, "how many kinds of difference to make small")
      ->capture_default_str();
  verb.add_flag("--print", arguments.print_only, "show the random case of the seed, play nothing");
  verb.add_flag("--dry", arguments.dry, "our side alone: what the random cases reach");
  verb.add_flag("--sabotage", options.sabotage,
                "make our side wrong (other schedulers): the comparison must find it");
}

}  // namespace

void add_conform(CLI::App& app, Chosen& chosen) {
  auto* verb =
      app.add_subcommand("conform", "compare our director with kernel IPVS, frame by frame");
  auto arguments = std::make_shared<Arguments>();
  add_options(*verb, *arguments);
  verb->footer(
      "Runs against this kernel's IPVS where it has one, else in User Mode Linux, without root.\n"
      "A difference is made small and shown; --save keeps it as a case to play again.\n"
      "Examples:\n"
      "  lvslab conform --seed 7 --frames 50000 --jobs 2 --json conform.json\n"
      "  lvslab conform --features -v6,-sctp --save differences\n"
      "  lvslab conform --schedulers 10000 --jobs 2\n"
      "  lvslab conform --case differences/frame-ip.ttl.seed-12.case");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
  add_kernel_side(app, chosen);
}

}  // namespace lvslab::tools
