#pragma once
// Labs that stay up after the command that started them: a process of their own, reached by
// control.hh.

#include <sys/types.h>

#include <string>
#include <vector>

#include "emulator/lab/options.hh"

namespace lvslab::lab {

struct Up {
  std::string lab;
  std::string drawing;
  std::string a_kernel_host;  // one that exec can be tried on; "" if there is none
  std::vector<std::string> warnings;
  pid_t pid = 0;
};

// Returns when the lab is up. Throws what kept it from coming up: UsageError (also when a lab of
// that name is up already), Unavailable, SystemError.
Up start_in_background(const std::string& file, const Options& options);

// Returns when the lab's process has ended. One that does not answer within five seconds is killed.
void end_in_background(const std::string& lab);

// Runs a program on a host of it with our standard streams; its exit status. On an embedded
// director ipvsadm alone runs (ipvsadm.hh).
int exec_in_background(const std::string& lab, const std::string& host,
                       const std::vector<std::string>& command);

}  // namespace lvslab::lab
