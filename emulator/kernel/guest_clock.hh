#pragma once
// The library that lets a guest's clock run ahead while the guest has nothing to do
// (guest_clock/guest_clock.cc), as the bytes of its file: this program carries it along.

#include <string>

namespace lvslab::kernel {

// Writes it into `folder`. Throws SystemError. The result is for LD_PRELOAD.
std::string write_guest_clock(const std::string& folder);

}  // namespace lvslab::kernel
