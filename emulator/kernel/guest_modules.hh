#pragma once
// Kernel modules loaded from a folder as depmod(8) leaves it, without modprobe: for the init of a
// guest, which has nothing yet.

#include <string>
#include <vector>

namespace lvslab::kernel {

// Loads each with what modules.dep says that it depends on, once. Those that the folder has not
// (built in, or not of this kernel) are returned. Throws SystemError when the kernel refuses one.
std::vector<std::string> load_modules(const std::string& folder,
                                      const std::vector<std::string>& names);

}  // namespace lvslab::kernel
