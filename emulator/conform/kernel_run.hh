#pragma once
// The life of a kernel's side: many cases on this kernel, some at once, so that while one waits
// others go on. One thread.

#include <string>

namespace lvslab::conform {

// Whether this kernel, here, could: IPVS there, namespaces allowed, ipvsadm installed.
bool kernel_has_ipvs();

// Takes N.case (N from 0) from `folder` as they appear there, leaves N.answers, and says "N\n" on
// standard output. One that cannot be played says so in its Answers::problem. Ends with its
// process. Throws Unavailable without ipvsadm.
[[noreturn]] void serve_cases(const std::string& folder, size_t at_once);

}  // namespace lvslab::conform
