#pragma once
// Where labs can run on this machine, and what each place needs: tried, not guessed.

#include <string>
#include <vector>

namespace lvslab::lab {

struct Need {
  std::string name;
  bool available = false;
  bool optional = false;  // without it the place still runs labs, as `detail` says
  std::string detail;
  std::string remedy;  // a package or setting
};

struct Place {
  std::string name;      // as in --on
  std::string what;      // one line
  std::string director;  // which directors it can have
  std::vector<Need> needs;
  bool available() const;
};

// About 0.1 s: namespaces are made and devices opened in child processes.
std::vector<Place> places_here();

}  // namespace lvslab::lab
