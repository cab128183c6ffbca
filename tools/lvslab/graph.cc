// lvslab graph: draw a lab without building it.

#include <iostream>
#include <memory>

#include "emulator/report/drawing.hh"
#include "emulator/report/graph.hh"
#include "emulator/topology/reader.hh"
#include "tools/lvslab/files.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> file;
  std::string format = "text";
};

int run(const Arguments& arguments) {
  const auto topology = topology::read(files_or_only_one(arguments.file).front());
  if (arguments.format == "mermaid") {
    std::cout << report::mermaid(topology);
  } else if (arguments.format == "dot") {
    std::cout << report::dot(topology);
  } else {
    std::cout << report::drawing(topology);
  }
  return kPassed;
}

}  // namespace

void add_graph(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("graph", "draw a lab without building it");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->file, "lab file (default: the only *.yaml here)")
      ->expected(0, 1);
  verb->add_option("--format", arguments->format, "what to draw it as")
      ->check(CLI::IsMember({"text", "mermaid", "dot"}))
      ->capture_default_str();
  verb->footer(
      "Examples:\n"
      "  lvslab graph topologies/dr.yaml --format mermaid\n"
      "  lvslab graph topologies/dr.yaml --format dot | dot -Tsvg > dr.svg");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
