#include "emulator/conform/kernel_side.hh"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "emulator/base/error.hh"
#include "emulator/conform/kernel_run.hh"
#include "emulator/conform/ours.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/uml.hh"

namespace lvslab::conform {

namespace {

namespace fs = std::filesystem;
constexpr int kTries = 3;
const std::string kLost = "the kernel's side ended: ";

std::vector<std::string> modules() {
  std::vector<std::string> names = {"ipv6", "tun"};
  for (const auto& name : kernel::network_modules())
    if (name.starts_with("ip_vs")) names.push_back(name);
  return names;
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string drain(int fd, bool& ended) {
  std::array<char, 4096> bytes{};
  std::string text;
  for (;;) {
    const ssize_t n = ::read(fd, bytes.data(), bytes.size());
    if (n == 0) ended = true;
    if (n <= 0) return text;
    text.append(bytes.data(), static_cast<size_t>(n));
  }
}

}  // namespace

// A worker that is no more.
class KernelSide::Lost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class KernelSide::Worker {
 public:
  Worker(const std::vector<std::string>& program, std::string folder, bool here)
      : folder_(std::move(folder)) {
    fs::create_directory(folder_);
    auto argv = program;
    argv.push_back(folder_);
    if (here) {
      kernel::ProgramOptions options;
      options.output = kernel::ProgramOptions::Output::pipe;
      program_.emplace(kernel::Namespace::current(), argv, options);
      return;
    }
    kernel::GuestOptions options;
    options.modules = modules();
    options.writable = {folder_};
    options.deadline = std::chrono::hours(24);
    guest_.emplace(argv, options);
  }

  void send(const std::vector<const Case*>& cases) {
    std::string text;
    for (const Case* each : cases) text += print(*each);
    const std::string path = stem() + ".cases";
    std::ofstream out(path + ".part", std::ios::binary);
    out << text;
    out.close();
    if (!out) throw SystemError("write", path, errno);
    fs::rename(path + ".part", path);
  }

  std::vector<Answers> receive(Duration within) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (!fs::exists(stem() + ".answers")) wait_for_word(deadline);
    auto answers = decode_answers(read_all(stem() + ".answers"));
    fs::remove(stem() + ".answers");
    fs::remove(stem() + ".cases");
    ++batch_;
    return answers;
  }

 private:
  std::string stem() const { return folder_ + "/" + std::to_string(batch_); }
  int output() const { return guest_ ? guest_->output_fd() : program_->output_fd(); }

  void wait_for_word(std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw Lost(kLost + std::string("it does not answer in time"));
    pollfd fds[] = {{output(), POLLIN, 0}, {guest_ ? guest_->error_fd() : -1, POLLIN, 0}};
    ::poll(fds, 2, static_cast<int>(std::min<int64_t>(left.count(), 1000)));
    bool ended = false, error_ended = false;
    said_ += drain(fds[0].fd, ended);
    if (guest_) said_ += drain(fds[1].fd, error_ended);
    if (!ended || fs::exists(stem() + ".answers")) return;
    const std::string why = guest_ ? guest_->finish().problem : "";
    throw Lost(kLost + why + said_);
  }

  std::string folder_;
  std::optional<kernel::Guest> guest_;
  std::optional<kernel::Program> program_;
  size_t batch_ = 0;
  std::string said_;
};

KernelSide::KernelSide(const KernelOptions& options)
    : program_(options.program), batch_within_(options.batch_within), here_(kernel_has_ipvs()) {
  place_ = here_ ? "this kernel" : "User Mode Linux";
  if (!here_ && kernel::find_uml().empty())
    throw Unavailable("kernel IPVS",
                      "sudo modprobe ip_vs, or sudo apt-get install user-mode-linux ipvsadm");
  workers_.resize(std::max(1U, options.workers));
  for (auto& worker : workers_) worker = start_worker();
}

KernelSide::~KernelSide() = default;

std::unique_ptr<KernelSide::Worker> KernelSide::start_worker() {
  return std::make_unique<Worker>(program_, folder_.path() + "/" + std::to_string(started_++),
                                  here_);
}

// A batch that a worker did not survive is played again by halves, until the case that ends it is
// alone.
std::vector<Answers> KernelSide::receive(std::unique_ptr<Worker>& worker,
                                         const std::vector<const Case*>& cases) {
  try {
    auto answers = worker->receive(batch_within_);
    if (answers.size() != cases.size()) throw Lost("the kernel's side lost cases");
    return answers;
  } catch (const Lost& lost) {
    worker.reset();
    worker = start_worker();
    if (cases.size() == 1) {
      Answers none;
      none.problem = lost.what();
      return {none};
    }
  }
  const auto middle = cases.begin() + static_cast<ptrdiff_t>(cases.size() / 2);
  std::vector<Answers> all;
  for (const auto& half : {std::vector<const Case*>(cases.begin(), middle),
                           std::vector<const Case*>(middle, cases.end())}) {
    worker->send(half);
    for (auto& answers : receive(worker, half)) all.push_back(std::move(answers));
  }
  return all;
}

std::vector<Answers> KernelSide::play_once(const std::vector<const Case*>& cases) {
  std::vector<std::vector<const Case*>> shares(workers_.size());
  for (size_t i = 0; i < cases.size(); ++i) shares[i % shares.size()].push_back(cases[i]);
  for (size_t w = 0; w < workers_.size(); ++w)
    if (!shares[w].empty()) workers_[w]->send(shares[w]);
  std::vector<Answers> all(cases.size());
  for (size_t w = 0; w < workers_.size(); ++w) {
    if (shares[w].empty()) continue;
    auto answers = receive(workers_[w], shares[w]);
    for (size_t i = 0; i < answers.size(); ++i)
      all[i * workers_.size() + w] = std::move(answers[i]);
  }
  return all;
}

std::vector<Answers> KernelSide::play(const std::vector<Case>& cases) {
  std::vector<Answers> all(cases.size());
  std::vector<size_t> left(cases.size());
  std::iota(left.begin(), left.end(), size_t{0});
  for (int turn = 0; turn < kTries && !left.empty(); ++turn) {
    if (turn > 0) replayed_ += left.size();
    // The last time one by one.
    const size_t batch = turn + 1 < kTries ? left.size() : workers_.size();
    std::vector<size_t> late;
    for (size_t at = 0; at < left.size(); at += batch) {
      const std::vector<size_t> part(
          left.begin() + static_cast<ptrdiff_t>(at),
          left.begin() + static_cast<ptrdiff_t>(std::min(at + batch, left.size())));
      std::vector<const Case*> chosen;
      for (const size_t i : part) chosen.push_back(&cases[i]);
      auto answers = play_once(chosen);
      for (size_t i = 0; i < part.size(); ++i) {
        if (answers[i].late > slack_of(*chosen[i])) late.push_back(part[i]);
        all[part[i]] = std::move(answers[i]);
      }
    }
    left = std::move(late);
  }
  for (const size_t i : left)
    if (all[i].problem.empty())
      all[i].problem =
          "this machine was too busy to keep time: " + std::to_string(to_seconds(all[i].late)) +
          " s late";
  return all;
}

}  // namespace lvslab::conform
