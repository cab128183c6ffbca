#pragma once
// The verbs of the command. Each file adds one to the parser; the chosen one then runs.

#include <CLI/CLI.hpp>

#include <functional>

namespace lvslab::tools {

// Exit codes: the contract of the command line.
inline constexpr int kPassed = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kUnavailable = 3;

// What parsing leaves behind: the verb to run, which returns the exit code.
using Chosen = std::function<int()>;

void add_run(CLI::App& app, Chosen& chosen);
void add_test(CLI::App& app, Chosen& chosen);
void add_up(CLI::App& app, Chosen& chosen);
void add_down(CLI::App& app, Chosen& chosen);
void add_exec(CLI::App& app, Chosen& chosen);
void add_ipvsadm(CLI::App& app, Chosen& chosen);
void add_inspect(CLI::App& app, Chosen& chosen);
void add_graph(CLI::App& app, Chosen& chosen);
void add_validate(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
void add_replay(CLI::App& app, Chosen& chosen);
void add_conform(CLI::App& app, Chosen& chosen);
void add_fuzz(CLI::App& app, Chosen& chosen);
void add_guest_labs(CLI::App& app, Chosen& chosen);

// The program called as `ipvsadm` (by a link of that name): the verb for the lab that LVSLAB_LAB
// names, or the only one that is up.
bool is_called_ipvsadm(const char* name);
int run_as_ipvsadm(int argc, char** argv);

}  // namespace lvslab::tools
