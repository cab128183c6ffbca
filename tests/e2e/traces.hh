#pragma once
// What a lab leaves in a machine while it is alive, and whether any of it is still there. Only the
// lab's own: other tests and people may work on the machine meanwhile.

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

namespace lvslab::test {

struct Traces {
  std::map<pid_t, std::string> processes;  // it and all its descendants, with their start times
  std::set<std::string> namespaces;  // network namespaces that those are in or hold: "net:[...]"

  // Of the process as it stands now, without the namespaces that we are in.
  static Traces of(pid_t lab);
  // What of them is there still; "" if nothing.
  std::string left() const;
};

// Links of this namespace, mounts of namespaces, and labs that have a name.
std::string machine_state();

}  // namespace lvslab::test
