#pragma once
// A short program run to its end in the network namespace of this thread. Costs one vfork and the
// program itself: no PID namespace, no mounts (kernel/program.hh has those).

#include <string>
#include <vector>

namespace lvslab::conform {

struct Ran {
  int status = 0;      // 128 + signal
  std::string output;  // standard output and error
};

// argv[0] is a path. Throws SystemError when it cannot be started; killed after 30 s.
Ran run_here(const std::vector<std::string>& argv, const std::string& input);

}  // namespace lvslab::conform
