#pragma once
// The kernel's side of the comparison: workers (kernel_worker.hh) that take cases and give answers.
// On this kernel where it has IPVS, else each on a kernel of its own.
//
// Theory of operation. play() asks for a case whenever a worker has room for one and hands it back
// with its answers when it has them, in whatever order. A case that was later than its slack is
// played again. One that was with a worker which died may be why: it is played again alone, and
// given up when the worker does not survive that.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/conform/answer.hh"
#include "emulator/conform/kernel_worker.hh"
#include "emulator/conform/scratch_folder.hh"

namespace lvslab::conform {

struct KernelOptions {
  unsigned workers = 1;
  // Of the worker's program: this very executable's, before its arguments.
  std::vector<std::string> program;
};

struct Job {
  size_t number = 0;  // the caller's own
  Case played;
  Duration slack{};  // by how much time may lag behind (timing.hh)
};

class KernelSide {
 public:
  // Workers begin to boot. Throws Unavailable when neither place is there.
  explicit KernelSide(const KernelOptions& options);
  ~KernelSide();
  KernelSide(const KernelSide&) = delete;
  KernelSide& operator=(const KernelSide&) = delete;

  using Next = std::function<std::optional<Job>()>;  // nothing: no more
  // One that could not be played says so in its Answers::problem.
  using Take = std::function<void(const Job&, Answers)>;
  void play(const Next& next, const Take& take);
  // These, in their order.
  std::vector<Answers> play(const std::vector<Case>& cases);

  const std::string& place() const { return name_; }  // "this kernel", "User Mode Linux"
  bool real_time() const { return place_.here; }      // waits take their time
  size_t replayed() const { return replayed_; }       // cases played again: they had been late
  Duration latest() const { return latest_; }         // by which one was late and good

 private:
  struct Sent {
    Job job;
    unsigned turn = 0;  // how often it was played before
    bool alone = false;
  };
  struct Place {
    std::unique_ptr<Worker> worker;
    std::map<size_t, Sent> sent;  // by the worker's number
    bool taken = false;           // by one that is alone
  };
  void fill(Place& place, const Next& next);
  std::optional<Sent> choose(const Place& place, const Next& next);
  void collect(Place& place, const Take& take);
  void judge(Sent sent, Answers answers, const Take& take);
  void bury(Place& place, const std::string& why, const Take& take);
  void wait();
  bool busy() const;
  std::unique_ptr<Worker> start_worker();

  ScratchFolder folder_;
  WorkerPlace place_;
  std::string name_;
  size_t started_ = 0;  // workers, in all
  std::vector<Place> places_;
  std::deque<Sent> again_;
  bool more_ = true;
  size_t replayed_ = 0;
  Duration latest_{};
};

}  // namespace lvslab::conform
