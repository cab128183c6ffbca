#pragma once
// The first process of a guest (uml.hh): makes of a bare kernel a place where a program runs as on
// this machine, runs it, tells what it writes and how it ends, and switches the guest off.
//
// The root that the program sees is an overlay: this machine's files below, a tmpfs above. So it
// may write anywhere, and nothing of it reaches this machine but what goes to the directories that
// the plan names as writable. /dev, /proc and /sys are the guest's own.

namespace lvslab::kernel {

// The argument by which the program is called as a guest's init; the scratch folder follows.
inline constexpr const char* kGuestInit = "guest-init";

// To be called at the top of main(): returns at once unless this process is a guest's init, else
// never.
void serve_as_guest_init(int argc, char** argv);

}  // namespace lvslab::kernel
