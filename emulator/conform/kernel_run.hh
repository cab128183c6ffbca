#pragma once
// Many cases on this kernel at once: while one waits, others go on. One thread.

#include "emulator/conform/answer.hh"

namespace lvslab::conform {

// Cases that run at one time; each holds a namespace.
inline constexpr size_t kCasesAtOnce = 32;

// One that cannot be played says so in its Answers::problem. Throws Unavailable without ipvsadm.
std::vector<Answers> play_in_kernel(const std::vector<Case>& cases, size_t at_once = kCasesAtOnce);

// Whether this kernel, here, could: IPVS there, namespaces allowed, ipvsadm installed.
bool kernel_has_ipvs();

// The life of a kernel side: takes N.cases from `folder` (N from 0) as they appear there, leaves
// N.answers, and says "N\n" on standard output. Ends when `folder` has a file "stop".
void serve_cases(const std::string& folder);

}  // namespace lvslab::conform
