#pragma once
// What `ipvsadm -h` and -v print. Not for other rooms.

#include <string>

namespace lvslab::ipvs {

// How it is called, in words of this project.
std::string usage();
// As ipvsadm 1.31 of Debian 12 says it: scripts read that.
std::string version();

}  // namespace lvslab::ipvs
