#include "tools/lvslab/run_options.hh"

#include <map>

#include "emulator/lab/sabotage.hh"

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

// "ipvs", or "d1=ipvs" of one director alone.
std::string add_director(const std::string& text, lab::Options& options) {
  const size_t equals = text.find('=');
  const bool named = equals != std::string::npos;
  const auto engine = kDirectors.find(named ? text.substr(equals + 1) : text);
  if (engine == kDirectors.end() || equals == 0)
    return "'" + text + "' is neither embedded nor ipvs, nor HOST=embedded nor HOST=ipvs";
  if (named)
    options.directors[text.substr(0, equals)] = engine->second;
  else
    options.director = engine->second;
  return "";
}

}  // namespace

void add_run_options(CLI::App& verb, lab::Options& options) {
  verb.add_option("--on", options.on, "where the lab runs (default auto)")
      ->transform(named(kPlaces))
      ->envname("LVSLAB_ON");
  verb.add_option_function<std::vector<std::string>>(
          "--director",
          [&options](const std::vector<std::string>& texts) {
            for (const auto& text : texts)
              if (const auto problem = add_director(text, options); !problem.empty())
                throw CLI::ValidationError("--director", problem);
          },
          "the director, or of two the one named, instead of the file's engine")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->type_name("[HOST=]{embedded,ipvs}")
      ->envname("LVSLAB_DIRECTOR");
  verb.add_option("--servers", options.servers,
                  "the stack of every real server that runs no program, instead of the file's")
      ->transform(named(kStacks));
  verb.add_option("--seed", options.seed, "seed of everything random in the lab")
      ->capture_default_str()
      ->envname("LVSLAB_SEED");
  verb.add_option("--repeat", options.repeat,
                  "play each lab so often, each time with the next seed; stop at one that fails")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1000000}))
      ->capture_default_str();
  // A lab in memory that is wrong on purpose: a control for tests.
  verb.add_option_function<std::string>("--sabotage",
                                        [&options](const std::string& name) {
                                          options.sabotage = lab::sabotage_of(name);
                                          if (!options.sabotage)
                                            throw CLI::ValidationError("--sabotage",
                                                                       "'" + name + "' is none");
                                        })
      ->group("");
}

}  // namespace lvslab::tools
