#pragma once
// The child process that stands between a Guest and linux.uml: it starts the one for the other,
// takes the frames of its console apart, keeps its deadlines, and sees to it that nothing of it
// stays. Only uml.cc uses it.

#include <string>

#include "emulator/kernel/guest_plan.hh"
#include "emulator/kernel/uml.hh"

namespace lvslab::kernel {

struct GuestStart {
  std::string uml;   // path of linux.uml
  std::string self;  // path of this program, for the guest's init
  GuestPlan plan;
  unsigned memory = 0;  // MiB
  Duration boot_within{}, deadline{};
  bool skip_idle = false;
  int output_fd = -1, error_fd = -1;
};

// Boots, supervises, cleans up; what it returns is read by end_of(). Throws what went wrong. For a
// process of its own: it changes namespaces, signals and standard descriptors.
std::string supervise(const GuestStart& start);
GuestEnd end_of(const ChildResult& supervisor);

}  // namespace lvslab::kernel
