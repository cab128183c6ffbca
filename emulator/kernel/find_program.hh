#pragma once
// Where a program is that a lab or a probe needs.

#include <string>

namespace lvslab::kernel {

// The path of a program that may be executed, looked for in PATH and, as users' PATHs often have
// no folders of root's, /usr/sbin and /sbin; "" when there is none.
std::string find_program(const std::string& name);

}  // namespace lvslab::kernel
