#include "emulator/kernel/descriptors.hh"

#include <sys/resource.h>

namespace lvslab::kernel {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Refused: the limit stays, and who meets it is told ("Too many open files").
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace lvslab::kernel
