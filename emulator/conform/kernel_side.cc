#include "emulator/conform/kernel_side.hh"

#include <poll.h>

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/conform/kernel_run.hh"
#include "emulator/conform/timing.hh"
#include "emulator/kernel/uml.hh"

namespace lvslab::conform {

namespace {

constexpr unsigned kTries = 8;
constexpr size_t kHere = 32;  // cases at one time where time is real
// That a worker has beyond those it plays: with these it need not wait for us.
constexpr size_t kAhead = 2;
constexpr int kLook = 1000;  // ms: for a worker that says nothing any more

}  // namespace

KernelSide::KernelSide(const KernelOptions& options) {
  place_.program = options.program;
  place_.here = kernel_has_ipvs();
  place_.at_once = place_.here ? kHere : 1;
  name_ = place_.here ? "this kernel" : "User Mode Linux";
  if (!place_.here && kernel::find_uml().empty())
    throw Unavailable("kernel IPVS",
                      "sudo modprobe ip_vs, or sudo apt-get install user-mode-linux ipvsadm");
  places_.resize(std::max(1U, options.workers));
  for (Place& place : places_) place.worker = start_worker();
}

KernelSide::~KernelSide() = default;

std::unique_ptr<Worker> KernelSide::start_worker() {
  return std::make_unique<Worker>(place_, folder_.path() + "/" + std::to_string(started_++));
}

bool KernelSide::busy() const {
  return std::any_of(places_.begin(), places_.end(),
                     [](const Place& place) { return !place.sent.empty(); });
}

void KernelSide::play(const Next& next, const Take& take) {
  more_ = true;
  do {
    for (Place& place : places_) fill(place, next);
    if (!busy()) return;
    wait();
    for (Place& place : places_) collect(place, take);
  } while (busy() || !again_.empty() || more_);
}

// What is to be played again comes first; one that is to be alone waits until it can be.
std::optional<KernelSide::Sent> KernelSide::choose(const Place& place, const Next& next) {
  for (auto each = again_.begin(); each != again_.end(); ++each) {
    if (each->alone && !place.sent.empty()) continue;
    Sent chosen = std::move(*each);
    again_.erase(each);
    return chosen;
  }
  if (!more_) return {};
  if (auto job = next()) return Sent{std::move(*job), 0, false};
  more_ = false;
  return {};
}

void KernelSide::fill(Place& place, const Next& next) {
  while (place.sent.size() < place_.at_once + kAhead && !place.taken) {
    const bool somebody_waits =
        std::any_of(again_.begin(), again_.end(), [](const Sent& sent) { return sent.alone; });
    if (somebody_waits && !place.sent.empty()) return;
    auto chosen = choose(place, next);
    if (!chosen) return;
    place.taken = chosen->alone;
    const size_t number = place.worker->send(chosen->job.played);
    place.sent.emplace(number, std::move(*chosen));
  }
}

void KernelSide::wait() {
  std::vector<pollfd> fds;
  for (const Place& place : places_)
    if (!place.sent.empty()) fds.push_back({place.worker->output_fd(), POLLIN, 0});
  ::poll(fds.data(), fds.size(), kLook);
}

void KernelSide::collect(Place& place, const Take& take) {
  if (place.sent.empty()) return;
  try {
    for (auto& got : place.worker->receive()) {
      auto sent = place.sent.extract(got.number);
      if (!sent) throw WorkerLost("it answered what it was not asked");
      if (place.sent.empty()) place.taken = false;
      judge(std::move(sent.mapped()), std::move(got.answers), take);
    }
  } catch (const WorkerLost& lost) {
    bury(place, lost.what(), take);
  }
}

void KernelSide::judge(Sent sent, Answers answers, const Take& take) {
  const bool late = answers.late > sent.job.slack;
  if (!late) latest_ = std::max(latest_, answers.late);
  if (!late || !answers.problem.empty()) return take(sent.job, std::move(answers));
  if (++sent.turn < kTries) {
    ++replayed_;
    sent.alone = sent.turn + 1 == kTries;
    again_.push_back(std::move(sent));
    return;
  }
  answers.problem =
      "this machine was too busy to keep time: " + std::to_string(to_seconds(answers.late)) +
      " s late";
  take(sent.job, std::move(answers));
}

void KernelSide::bury(Place& place, const std::string& why, const Take& take) {
  place.worker.reset();
  place.worker = start_worker();
  place.taken = false;
  auto sent = std::move(place.sent);
  place.sent.clear();
  for (auto& [number, each] : sent) {
    if (!each.alone) {
      each.alone = true;
      again_.push_back(std::move(each));
      continue;
    }
    Answers none;
    none.problem = "the kernel's side ended: " + why;
    take(each.job, std::move(none));
  }
}

std::vector<Answers> KernelSide::play(const std::vector<Case>& cases) {
  std::vector<Answers> all(cases.size());
  size_t next = 0;
  play(
      [&]() -> std::optional<Job> {
        if (next == cases.size()) return {};
        const size_t number = next++;
        return Job{number, cases[number], timing_of(cases[number]).slack};
      },
      [&](const Job& job, Answers answers) { all[job.number] = std::move(answers); });
  return all;
}

}  // namespace lvslab::conform
