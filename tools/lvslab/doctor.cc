// lvslab doctor: what this machine can run, what it can't, and what would change that.

#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

#include "emulator/lab/places.hh"
#include "tools/lvslab/output.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

void print_json(const std::vector<lab::Place>& places) {
  nlohmann::ordered_json document;
  for (const auto& place : places) {
    auto& entry = document["places"][place.name];
    entry["available"] = place.available();
    entry["director"] = place.director;
    entry["needs"] = nlohmann::ordered_json::array();
    for (const auto& need : place.needs)
      entry["needs"].push_back({{"name", need.name},
                                {"available", need.available},
                                {"detail", need.detail},
                                {"remedy", need.remedy}});
  }
  std::cout << document.dump(2) << '\n';
}

void print_text(const std::vector<lab::Place>& places, bool colour) {
  const char* good = colour ? "\033[32m✓\033[0m" : "✓";
  const char* bad = colour ? "\033[31m✗\033[0m" : "✗";
  for (const auto& place : places) {
    std::cout << (place.available() ? good : bad) << ' ' << place.name << ": " << place.what
              << '\n';
    for (const auto& need : place.needs) {
      std::cout << "    "
                << (need.available  ? good
                    : need.optional ? "·"
                                    : bad)
                << ' ' << need.name << ": " << need.detail << '\n';
      if (!need.available && !need.remedy.empty()) std::cout << "        " << need.remedy << '\n';
    }
  }
}

}  // namespace

void add_doctor(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand(
      "doctor", "what this machine can run, what it can't, and what would change that");
  auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "as JSON");
  verb->footer("Exit code 0 if labs can run on a kernel here, 3 if only in memory.\n\n"
      "Example:\n  lvslab doctor");
  verb->callback([&chosen, json] {
    chosen = [json] {
      const auto places = lab::places_here();
      if (*json)
        print_json(places);
      else
        print_text(places, style_of_stdout().colour);
      for (const auto& place : places)
        if (place.available() && !place.needs.empty()) return kPassed;
      return kUnavailable;
    };
  });
}

}  // namespace lvslab::tools
