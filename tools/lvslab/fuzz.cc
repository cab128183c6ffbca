// lvslab fuzz: random traffic and faults at a lab, until something breaks that must not.

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/fuzz/hunt.hh"
#include "emulator/fuzz/write_lab.hh"
#include "emulator/lab/guest_verb.hh"
#include "emulator/lab/run.hh"
#include "emulator/lab/runner.hh"
#include "emulator/report/text.hh"
#include "emulator/scenario/wording.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/output.hh"
#include "tools/lvslab/run_options.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::string file;
  lab::Options options;
  uint64_t count = 0;
  double seconds = 10;
  unsigned shrink = 300;
  std::string save = ".", json;
  bool in_guest = false;  // the inner half of --on uml
  bool progress = false;
};

struct Files {
  std::string lab, capture;
};

std::string place_of(const Arguments& arguments) {
  if (arguments.in_guest) return "uml";
  return arguments.options.on == lab::Where::sim ? "sim" : "netns";
}

// How the story in a file is told again, by the same cast.
std::string again(const Arguments& arguments, const std::string& file, uint64_t seed) {
  std::string command =
      "lvslab run " + file + " --on " + place_of(arguments) + " --seed " + std::to_string(seed);
  for (const auto& word : lab::cast_words(arguments.options)) command += " " + word;
  return command;
}

// The invariant that a lab file can ask for; what shows otherwise has no name there.
std::string holds_of(const std::string& trouble) {
  return trouble == "crash" || trouble == fuzz::kExpires ? "all" : "[" + trouble + "]";
}

Files save(const Arguments& arguments, const fuzz::Found& found) {
  std::filesystem::create_directories(arguments.save);
  const std::string base =
      arguments.save + "/" + found.story.name + "-" + std::to_string(found.seed);
  const Files files{base + ".yaml", base + ".pcapng"};
  auto options = arguments.options;
  options.seed = found.seed;
  const std::vector<std::string> heading = {found.trouble.name + ": " + found.trouble.text,
                                            "Again: " + again(arguments, files.lab, found.seed)};
  write_text(files.lab, fuzz::write_lab(read_text(arguments.file), fuzz::steps_that_show(found),
                                        holds_of(found.trouble.name), heading));
  fuzz::replay_to(found.story, options, files.capture);
  return files;
}

nlohmann::ordered_json json_of(const Arguments& arguments, const topology::Topology& topology,
                               const fuzz::Hunt& hunt, const Files& files) {
  nlohmann::ordered_json document = {{"lvslab", 1},
                                     {"lab", topology.name},
                                     {"file", arguments.file},
                                     {"place", place_of(arguments)},
                                     {"seed", arguments.options.seed},
                                     {"stories", hunt.stories},
                                     {"frames", hunt.frames},
                                     {"seconds", hunt.seconds},
                                     {"found", nullptr}};
  if (!hunt.found) return document;
  auto& found = document["found"];
  found = {{"seed", hunt.found->seed},         {"invariant", hunt.found->trouble.name},
           {"text", hunt.found->trouble.text}, {"lab", files.lab},
           {"capture", files.capture},         {"steps", nlohmann::ordered_json::array()}};
  for (const auto& step : hunt.found->story.scenario)
    found["steps"].push_back(scenario::describe_step(step));
  return document;
}

void show(const Arguments& arguments, const fuzz::Found& found, const Files& files) {
  // The file that was written, run as anybody would: with hop tables, and proof that it shows it.
  auto options = arguments.options;
  options.seed = found.seed;
  auto result = lab::run_one(files.lab, options);
  result.place = place_of(arguments);  // a guest does not know that it is one
  report::print_text(std::cout, result, style_of_stdout());
  std::cout << "\n" << found.trouble.name << ": " << found.trouble.text << "\n";
  std::cout << "story " << found.seed << ", " << found.steps_before << " steps, made "
            << found.story.scenario.size() << ":\n";
  for (const auto& step : found.story.scenario)
    std::cout << "  " << scenario::describe_step(step) << "\n";
  std::cout << "written: " << files.lab << ", " << files.capture << "\n";
}

int run(const Arguments& arguments) {
  const auto loaded = lab::load_for(arguments.file, arguments.options);
  if (arguments.options.on != lab::Where::sim) {
    lab::require_programs(loaded.topology);
    lab::require_place(loaded.topology, arguments.options);
  }
  fuzz::HuntOptions options;
  options.lab = arguments.options;
  options.count = arguments.count;
  options.time =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(arguments.seconds));
  options.shrink = arguments.shrink;
  if (arguments.progress)
    options.progress = [&](uint64_t stories, uint64_t frames) {
      std::cerr << "\r\033[K" << loaded.topology.name << ": " << stories << " stories, " << frames
                << " frames" << std::flush;
    };
  const auto hunt = fuzz::hunt(loaded.topology, options);
  if (arguments.progress) std::cerr << "\r\033[K" << std::flush;
  const Files files = hunt.found ? save(arguments, *hunt.found) : Files{};
  const bool for_people = arguments.json != "-";
  if (for_people && hunt.found) show(arguments, *hunt.found, files);
  if (for_people)
    std::cout << loaded.topology.name << ": " << hunt.stories << " stories, " << hunt.frames
              << " frames in " << hunt.seconds << " s (" << place_of(arguments) << ", seeds from "
              << arguments.options.seed
              << "): " << (hunt.found ? "broken: " + hunt.found->trouble.name : "nothing broke")
              << "\n";
  if (!arguments.json.empty())
    write_text(arguments.json, json_of(arguments, loaded.topology, hunt, files).dump(2) + "\n");
  return hunt.found ? kFailed : kPassed;
}

// All of it in a guest: hunting, making small, and the proof.
int run_in_guest(const Arguments& arguments) {
  constexpr Duration kMakingSmall = std::chrono::minutes(30);
  const auto folder_of = [](const std::string& file) {
    const auto folder = std::filesystem::path(file).parent_path();
    return folder.empty() ? std::string(".") : folder.string();
  };
  lab::GuestVerb verb{
      {"fuzz", arguments.file, "--in-guest", "--save", arguments.save, "--count",
       std::to_string(arguments.count), "--seconds", std::to_string(arguments.seconds), "--shrink",
       std::to_string(arguments.shrink)},
      {arguments.save},
      std::chrono::seconds(std::lround(arguments.seconds)) + kMakingSmall};
  if (arguments.progress) verb.words.push_back("--progress");
  if (!arguments.json.empty()) {
    verb.words.insert(verb.words.end(), {"--json", arguments.json});
    if (arguments.json != "-") verb.writable.push_back(folder_of(arguments.json));
  }
  const auto more = lab::words_for_guest(arguments.options);
  verb.words.insert(verb.words.end(), more.begin(), more.end());
  return lab::run_verb_in_guest(verb);
}

int run_where_asked(Arguments& arguments) {
  auto& on = arguments.options.on;
  if (on == lab::Where::automatic) on = lab::Where::sim;
  arguments.progress |= stderr_is_terminal();
  return on == lab::Where::uml ? run_in_guest(arguments) : run(arguments);
}

}  // namespace

void add_fuzz(CLI::App& app, Chosen& chosen) {
  auto* verb =
      app.add_subcommand("fuzz", "random traffic and faults at a lab, until something breaks");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->file, "the lab")->required();
  add_run_options(*verb, arguments->options);
  verb->add_option("--count", arguments->count, "stop after so many stories (0: none)")
      ->capture_default_str();
  verb->add_option("--seconds", arguments->seconds, "stop after so long")->capture_default_str();
  verb->add_option("--shrink", arguments->shrink, "stories played to make one small, at most")
      ->capture_default_str();
  verb->add_option("--save", arguments->save, "folder for what was found")->capture_default_str();
  verb->add_option("--json", arguments->json, "write the result (- for standard output)")
      ->type_name("OUT");
  verb->add_flag("--in-guest", arguments->in_guest)->group("");
  verb->add_flag("--progress", arguments->progress)->group("");
  verb->footer(
      "A story is a few random steps: requests, connections that stay open, rule changes, hosts\n"
      "that stop and start, frames of any kind. Whatever happens, invariants hold (`holds` in\n"
      "topologies/README.md). A story that breaks one is made small and written as a lab file,\n"
      "which `lvslab run` repeats, and its frames as pcapng. In memory unless --on says "
      "otherwise.\n"
      "Exit code 1 when something broke.\n\n"
      "Examples:\n"
      "  lvslab fuzz topologies/nat.yaml\n"
      "  lvslab fuzz topologies/dr.yaml --seconds 600 --seed 1000000 --save found\n"
      "  lvslab fuzz topologies/nat.yaml --on netns --seconds 60\n"
      "  lvslab fuzz topologies/nat.yaml --on uml --director ipvs --seconds 60");
  verb->callback(
      [&chosen, arguments] { chosen = [arguments] { return run_where_asked(*arguments); }; });
}

}  // namespace lvslab::tools
