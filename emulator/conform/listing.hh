#pragma once
// What ipvsadm says, in a form that can be compared: its own text, byte for byte, but for what in a
// kernel hangs on a hash or on the moment.

#include <string>
#include <string_view>

#include "emulator/base/time.hh"

namespace lvslab::conform {

// Connections sorted; all else as it is.
std::string normalised(std::string_view text);

// Whether two normalised texts say the same; the time that a connection has left may differ by a
// second, as both count down and neither knows where within its second the other stands, and by
// what the kernel's side was late.
bool same_listing(std::string_view ours, std::string_view kernels, Duration late);

}  // namespace lvslab::conform
