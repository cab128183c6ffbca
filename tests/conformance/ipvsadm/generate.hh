#pragma once
// Random histories of ipvsadm calls, from a seed: scripts of rules that mostly go through, listings
// in every form, and command lines that mostly do not.

#include <functional>

#include "emulator/base/random.hh"
#include "tests/conformance/ipvsadm/steps.hh"

namespace lvslab::conformance {

// They follow each other on one kernel: each begins by forgetting all.
// taken: whether ipvsadm takes a line, whatever the kernel then says.
using Taken = std::function<bool(const std::vector<std::string>& line)>;
History random_history(Random& random, const Taken& taken);

}  // namespace lvslab::conformance
