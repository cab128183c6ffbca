#pragma once
// The first process of a program's PID namespace: what it sets up, starts, forwards and reaps. Only
// program.cc uses it.

#include <cstdint>

namespace lvslab::kernel {

// All of it made before the process is cloned: the init calls nothing that allocates.
struct InitPlan {
  int network_fd = -1;  // namespace to be in
  int parent_fd = -1;   // pidfd of the lab process
  int status_fd = -1;   // where InitReports go
  int input_fd = -1, output_fd = -1, error_fd = -1;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* hosts = nullptr;  // text, or nullptr
  const char* hostname = nullptr;
  const char* directory = nullptr;
  bool new_session = true;
};

enum class InitStage : int32_t {
  descriptors,
  network,
  mounts,
  hosts,
  hostname,
  no_proc,  // not fatal: the program runs without
  no_sys,
  fork,
  directory,
  exec,
};

// What the init or the program reports before exec; its absence says that all went well.
struct InitReport {
  InitStage stage = InitStage::exec;
  int32_t error = 0;
};

// In the cloned process; ends with the program's status, 128 + n when signal n ended it.
[[noreturn]] void run_init(const InitPlan& plan);

}  // namespace lvslab::kernel
