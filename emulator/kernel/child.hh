#pragma once
// A piece of work in a process of its own that cannot outlive us: tests that own kernel objects,
// the probes of `doctor`, labs in parallel. The child is killed when the thread that started it
// ends (PR_SET_PDEATHSIG) and when its deadline passes.

#include <functional>
#include <optional>
#include <string>

#include "emulator/base/file_descriptor.hh"
#include "emulator/base/time.hh"

namespace lvslab::kernel {

struct ChildResult {
  std::optional<int> status;  // as it exited
  int signal = 0;             // what killed it, else 0
  bool timed_out = false;     // we killed it at its deadline
  std::string output;         // what its work returned or, when it threw, what() of it (status 1)
  bool ok() const { return status == 0; }
};

class Child {
 public:
  using Work = std::function<std::string()>;

  // The work begins at once. Its return value is sent back; an exception ends it with status 1.
  explicit Child(const Work& work);
  ~Child();  // kills and reaps what still runs
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  int pid() const { return pid_; }
  int fd() const { return pipe_.get(); }  // readable: bytes of the result, or its end
  // Reads what is there; true when the child closed its end (then finish() will not wait long).
  bool pump();
  // Waits until it ended, at most `timeout`, then kills it. Call once.
  ChildResult finish(Duration timeout);

 private:
  FileDescriptor pipe_;
  int pid_ = -1;
  std::string output_;
};

ChildResult run_in_child(const Child::Work& work, Duration timeout);

}  // namespace lvslab::kernel
