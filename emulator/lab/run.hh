#pragma once
// One lab from file to result, in this process.

#include "emulator/lab/options.hh"
#include "emulator/report/result.hh"
#include "emulator/topology/reader.hh"

namespace lvslab::lab {

// What is wrong with the file or this machine is in the result, not thrown.
report::RunResult run_here(const std::string& file, const Options& options);

// The file with what the command line says instead of it. Throws FileError.
topology::Loaded load_for(const std::string& file, const Options& options);

// Throws Unavailable when the lab cannot run on this kernel or is asked to run elsewhere.
void require_place(const topology::Topology& topology, const Options& options);
// Throws Unavailable when a program that the lab needs anywhere is not there.
void require_programs(const topology::Topology& topology);

}  // namespace lvslab::lab
