#pragma once
// Labs run to their end, each in a child process of its own, so that one that crashes or hangs is a
// failed result and nothing of it stays. What comes back is the same value that --json writes.

#include <functional>
#include <string>
#include <vector>

#include "emulator/lab/options.hh"
#include "emulator/report/result.hh"

namespace lvslab::lab {

// Reads the file, builds the lab, runs its scenario, takes it down. Never throws for what concerns
// the lab: wrong file, missing capability, crash and deadline are in the result.
report::RunResult run_one(const std::string& file, const Options& options);

// The same for many, at most `jobs` at once. `done` is called as each ends; results come back in
// the order of the files.
using Done = std::function<void(const report::RunResult&)>;
std::vector<report::RunResult> run_many(const std::vector<std::string>& files,
                                        const Options& options, unsigned jobs, const Done& done);

// The *.yaml and *.yml files below the paths (a path may be a file), sorted. Throws UsageError for
// a path that is not there or holds none.
std::vector<std::string> find_labs(const std::vector<std::string>& paths);

}  // namespace lvslab::lab
