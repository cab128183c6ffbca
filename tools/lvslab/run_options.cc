#include "tools/lvslab/run_options.hh"

#include <map>

namespace lvslab::tools {

namespace {

using topology::Engine;
using topology::Stack;

const std::map<std::string, lab::Where> kPlaces = {{"auto", lab::Where::automatic},
                                                   {"netns", lab::Where::netns},
                                                   {"sim", lab::Where::sim},
                                                   {"uml", lab::Where::uml}};
const std::map<std::string, Engine> kDirectors = {{"embedded", Engine::embedded},
                                                  {"ipvs", Engine::ipvs}};
const std::map<std::string, Stack> kStacks = {{"kernel", Stack::kernel},
                                              {"embedded", Stack::embedded}};

// A named value; the help shows the names, not their numbers.
template <class T>
CLI::Validator named(const std::map<std::string, T>& names) {
  auto transformer = CLI::CheckedTransformer(names);
  std::string list;
  for (const auto& [name, value] : names) list += (list.empty() ? "{" : ",") + name;
  transformer.description(list + "}");
  return transformer;
}

}  // namespace

void add_run_options(CLI::App& verb, lab::Options& options) {
  verb.add_option("--on", options.on, "where the lab runs (default auto)")
      ->transform(named(kPlaces))
      ->envname("LVSLAB_ON");
  verb.add_option("--director", options.director, "the director, instead of the file's engine")
      ->transform(named(kDirectors))
      ->envname("LVSLAB_DIRECTOR");
  verb.add_option("--servers", options.servers,
                  "the stack of every real server, instead of the file's")
      ->transform(named(kStacks));
  verb.add_option("--seed", options.seed, "seed of everything random in the lab")
      ->capture_default_str()
      ->envname("LVSLAB_SEED");
}

}  // namespace lvslab::tools
