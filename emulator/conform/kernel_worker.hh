#pragma once
// One process that plays cases on a kernel, and the folder by which it gets them: this very program
// as `conform-kernel FOLDER AT-ONCE`, here or in a User Mode Linux of its own that stays up.
//
// Theory of operation. A case goes into the folder as N.case, N from 0; the process finds it
// (serve_cases() of kernel_run.hh), plays it, leaves N.answers and says so on its standard output,
// which wakes us. It is given the next ones while it plays, so it never waits for us.

#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/conform/answer.hh"

namespace lvslab::conform {

// A worker that is no more, and its last words.
class WorkerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct WorkerPlace {
  std::vector<std::string> program{};  // before its arguments
  bool here = false;                   // else in a guest
  // Cases at one time. Here time is real, and others go on while one waits. A guest's clock runs
  // ahead while it waits, so there they are played one after the other, each as if it were alone.
  size_t at_once = 1;
  Duration silent_at_most = std::chrono::minutes(10);
};

class Worker {
 public:
  // Makes `folder` and starts the process; it may take a while to be there. Throws Unavailable.
  Worker(const WorkerPlace& place, std::string folder);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Its number, from 0.
  size_t send(const Case& played);
  size_t unanswered() const { return unanswered_.size(); }

  struct Got {
    size_t number = 0;
    Answers answers;
  };
  // What is answered since. Throws WorkerLost.
  std::vector<Got> receive();
  // Readable when receive() may find something.
  int output_fd() const;

 private:
  class Process;
  std::string stem(size_t number) const { return folder_ + "/" + std::to_string(number); }
  std::vector<Got> take();

  WorkerPlace place_;
  std::string folder_;
  std::unique_ptr<Process> process_;
  std::set<size_t> unanswered_;
  size_t sent_ = 0;
  std::chrono::steady_clock::time_point heard_;
};

}  // namespace lvslab::conform
