#include "emulator/lab/options.hh"

namespace lvslab::lab {

namespace {

std::string word_of(topology::Engine engine) {
  return engine == topology::Engine::ipvs ? "ipvs" : "embedded";
}

std::string word_of(topology::Stack stack) {
  return stack == topology::Stack::embedded ? "embedded" : "kernel";
}

}  // namespace

std::vector<std::string> cast_words(const Options& options) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& option, const std::string& value) {
    words.push_back(option);
    words.push_back(value);
  };
  if (options.director) add("--director", word_of(*options.director));
  for (const auto& [name, engine] : options.directors)
    add("--director", name + "=" + word_of(engine));
  if (options.servers) add("--servers", word_of(*options.servers));
  return words;
}

}  // namespace lvslab::lab
