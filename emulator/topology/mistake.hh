#pragma once
// What is wrong with a lab file, each with its place: all that one reading found, not only the
// first.

#include <string>
#include <vector>

#include "emulator/base/error.hh"
#include "emulator/topology/model.hh"

namespace lvslab::topology {

struct Mistake {
  Place place;          // line 0: the file as a whole
  std::string message;  // one line: what, and what would be right
  friend bool operator==(const Mistake&, const Mistake&) = default;
};

// "dr.yaml:12:7: unknown key ..."
std::string to_string(const std::string& file, const Mistake& mistake);

// A file that is no lab. what() has a line for each mistake, in the order of their places.
class FileError : public UsageError {
 public:
  FileError(const std::string& file, std::vector<Mistake> mistakes);
  const std::vector<Mistake>& mistakes() const { return mistakes_; }

 private:
  std::vector<Mistake> mistakes_;
};

}  // namespace lvslab::topology
