#pragma once
// ipvsadm for the director of a lab that is up: both ends of the way there.
//
// The embedded director answers in the lab's process (ipvs/ipvsadm.hh); where the kernel's IPVS is
// the director, the real ipvsadm runs in its namespace.

#include <string>
#include <vector>

#include "emulator/lab/control.hh"
#include "emulator/lab/netns_lab.hh"

namespace lvslab::lab {

// The lab's end: verb "ipvsadm".
void answer_ipvsadm(NetnsLab& lab, const ControlServer::Request& request);

// The command's end, with our standard streams; its exit status. `where` is "LAB", of which the
// first director is meant, or "LAB:HOST". Input is read if the arguments ask for it (-R). Throws
// UsageError for a lab without such a director, Unavailable without the real ipvsadm where it is
// needed.
int ipvsadm_in_background(const std::string& where, const std::vector<std::string>& arguments);

// Whether a command for exec is ipvsadm, which runs on an embedded director too.
bool is_ipvsadm(const std::vector<std::string>& command);

}  // namespace lvslab::lab
