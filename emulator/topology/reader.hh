#pragma once
// From a lab file to a Topology: YAML, the format that topologies/README.md describes, and every
// check that needs nothing but the file. It runs nothing and asks nothing of the machine.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/topology/mistake.hh"
#include "emulator/topology/model.hh"

namespace lvslab::topology {

struct Loaded {
  Topology topology;
  std::vector<Mistake> warnings;  // a lab that one may want, but rarely; in order of place
};

// `path`: a file, or "-" for standard input. All of these throw FileError with every mistake found,
// also when the file can't be read.
Loaded load(const std::string& path);
// `file`: what messages call it.
Loaded load_text(std::string_view yaml, const std::string& file);

inline Topology read(const std::string& path) {
  return load(path).topology;
}
inline Topology read_text(std::string_view yaml, const std::string& file) {
  return load_text(yaml, file).topology;
}

}  // namespace lvslab::topology
