#pragma once
// The kernel's side of the comparison: processes that take cases and give answers. On this kernel
// where it has IPVS, else each in a User Mode Linux of its own (kernel/uml.hh), which stays up
// between batches.
//
// Theory of operation. Each worker has a folder. A batch is written into it as N.cases; the
// worker's program (serve_cases()) finds it, plays it, leaves N.answers and says so on its standard
// output, which wakes us. A batch is shared out among the workers by the length of its cases.

#include <memory>
#include <string>
#include <vector>

#include "emulator/conform/answer.hh"
#include "emulator/conform/scratch_folder.hh"

namespace lvslab::conform {

struct KernelOptions {
  unsigned workers = 1;
  // Of the worker's program: this very executable's, before the folder's name.
  std::vector<std::string> program;
  Duration batch_within = std::chrono::minutes(10);
};

class KernelSide {
 public:
  // Workers begin to boot. Throws Unavailable when neither place is there.
  explicit KernelSide(const KernelOptions& options);
  ~KernelSide();
  KernelSide(const KernelSide&) = delete;
  KernelSide& operator=(const KernelSide&) = delete;

  // Those that were later than their slack (ours.hh) allows are played again, alone at last.
  // One that the kernel did not survive says so in its Answers::problem.
  std::vector<Answers> play(const std::vector<Case>& cases);

  const std::string& place() const { return place_; }  // "this kernel", "User Mode Linux"
  size_t replayed() const { return replayed_; }        // cases that had been late

 private:
  class Worker;
  class Lost;
  std::unique_ptr<Worker> start_worker();
  std::vector<Answers> receive(std::unique_ptr<Worker>& worker,
                               const std::vector<const Case*>& cases);
  std::vector<Answers> play_once(const std::vector<const Case*>& cases);

  ScratchFolder folder_;
  std::vector<std::string> program_;
  std::string place_;
  Duration batch_within_;
  bool here_;
  size_t started_ = 0;  // workers, in all
  std::vector<std::unique_ptr<Worker>> workers_;
  size_t replayed_ = 0;
};

}  // namespace lvslab::conform
