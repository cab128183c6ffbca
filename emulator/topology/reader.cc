#include "emulator/topology/reader.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

void in_order(std::vector<Mistake>& mistakes) {
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& one, const Mistake& other) {
    return one.place < other.place;
  });
}

void read_lab(const Value& value, Topology& topology) {
  Document& document = value.document();
  const Mapping keys(value, kLab);
  if (!value.is_mapping()) return;
  if (const auto name = keys.find("name")) {
    topology.name = name->text("the lab's name").value_or("");
    if (name->is_text()) read_name(topology.name, name->place(), "a lab", document);
  }
  if (const auto about = keys.find("about")) {
    topology.about = about->text("a sentence or two").value_or("");
    while (topology.about.ends_with('\n')) topology.about.pop_back();
  }
  Notes notes;
  ScenarioState state;
  if (const auto networks = keys.find("networks")) read_networks(*networks, topology);
  if (const auto hosts = keys.find("hosts")) {
    read_hosts(*hosts, topology, notes);
    check_hosts(topology, notes, hosts->key_place(), document);
    for (const Host* director : directors_of(topology)) {
      check_rules(topology, *director, director->rules, state.rules[director->name], document);
    }
  }
  state.hosts = topology.hosts;
  if (const auto scenario = keys.find("scenario")) read_scenario(*scenario, topology, state);
}

std::string text_of(std::istream& stream) {
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

Loaded load_text(std::string_view yaml, const std::string& file) {
  Document document(yaml, file);
  Loaded loaded;
  loaded.topology.file = file;
  if (const auto value = parse_yaml(yaml, document)) read_lab(*value, loaded.topology);
  in_order(document.mistakes);
  if (!document.mistakes.empty()) throw FileError(file, std::move(document.mistakes));
  in_order(document.warnings);
  loaded.warnings = std::move(document.warnings);
  return loaded;
}

Loaded load(const std::string& path) {
  if (path == "-") return load_text(text_of(std::cin), "<stdin>");
  std::ifstream stream(path);
  if (!stream) throw FileError(path, {{{}, std::string("can't be read: ") + std::strerror(errno)}});
  // A directory opens, but can't be read from.
  stream.peek();
  if (stream.bad()) throw FileError(path, {{{}, "can't be read: it is no file"}});
  const std::string text = text_of(stream);
  return load_text(text, path);
}

}  // namespace lvslab::topology
