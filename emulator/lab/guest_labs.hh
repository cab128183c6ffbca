#pragma once
// Labs run in guests (kernel/uml.hh): on a Linux of their own, where an ordinary user is root and
// IPVS is there. A guest takes several labs, one after the other; with several jobs there are as
// many guests. In each, the same program runs them as it would here (guest_verb), and what it
// writes to its standard output comes home: for each lab its capture if one was asked for, and its
// result.

#include <string>
#include <vector>

#include "emulator/lab/runner.hh"

namespace lvslab::lab {

// The hidden verb of the command that does the inner half: `lvslab guest-labs OPTIONS FILE...`.
inline constexpr const char* kGuestVerb = "guest-labs";

// As run_many(), all of them on uml. `input` is what a file named "-" has.
std::vector<report::RunResult> run_in_guests(const std::vector<std::string>& files,
                                             const Options& options, unsigned jobs,
                                             const std::string& input, const Done& done);

// The inner half: runs the labs on this kernel and writes to standard output as said above. The
// exit status is 0 if all of it was written, whatever the labs' results.
int run_for_host(const std::vector<std::string>& files, const Options& options);

}  // namespace lvslab::lab
