#pragma once
// The options that every verb which builds a lab has in common.

#include <CLI/CLI.hpp>

#include "emulator/lab/options.hh"

namespace lvslab::tools {

// `options` must live until the parser has run.
void add_run_options(CLI::App& verb, lab::Options& options);

}  // namespace lvslab::tools
