#include "emulator/kernel/guest_clock.hh"

#include <cerrno>
#include <fstream>

#include "emulator/base/error.hh"

// LVSLAB_GUEST_CLOCK: path of the library, built before this file.
asm(R"(
  .section .rodata
  .global lvslab_guest_clock_begin
  .global lvslab_guest_clock_end
lvslab_guest_clock_begin:
  .incbin ")" LVSLAB_GUEST_CLOCK R"("
lvslab_guest_clock_end:
  .previous
)");

extern "C" const char lvslab_guest_clock_begin[], lvslab_guest_clock_end[];

namespace lvslab::kernel {

std::string write_guest_clock(const std::string& folder) {
  std::string path = folder + "/guest_clock.so";
  std::ofstream file(path, std::ios::binary);
  file.write(lvslab_guest_clock_begin, lvslab_guest_clock_end - lvslab_guest_clock_begin);
  file.close();
  if (!file) throw SystemError("write", path, errno);
  return path;
}

}  // namespace lvslab::kernel
