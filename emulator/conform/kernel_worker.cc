#include "emulator/conform/kernel_worker.hh"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "emulator/base/error.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/uml.hh"

namespace lvslab::conform {

namespace {

namespace fs = std::filesystem;
constexpr size_t kMostSaid = 16384;  // bytes kept of what it says

std::vector<std::string> modules() {
  // TAP, IPVS, and firewall marks by tc(8): all that a case needs. Fewer boot sooner.
  constexpr std::string_view kNeeded[] = {"tun", "ip_vs", "sch_ingress", "cls_", "act_"};
  std::vector<std::string> names = {"ipv6"};
  for (const auto& name : kernel::network_modules())
    if (std::ranges::any_of(kNeeded, [&](auto kind) { return name.starts_with(kind); }))
      names.push_back(name);
  return names;
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

class Worker::Process {
 public:
  Process(const WorkerPlace& place, const std::string& folder) {
    auto argv = place.program;
    argv.insert(argv.end(), {folder, std::to_string(place.at_once)});
    if (place.here) {
      kernel::ProgramOptions options;
      options.output = kernel::ProgramOptions::Output::pipe;
      program_.emplace(kernel::Namespace::current(), argv, options);
      return;
    }
    kernel::GuestOptions options;
    options.modules = modules();
    options.writable = {folder};
    options.deadline = std::chrono::hours(24);
    options.skip_idle = true;
    guest_.emplace(argv, options);
  }

  int output_fd() const { return guest_ ? guest_->output_fd() : program_->output_fd(); }
  // Whether it said anything.
  bool listen() {
    const size_t before = heard_;
    drain(output_fd(), ended_);
    bool error_ended = false;
    if (guest_) drain(guest_->error_fd(), error_ended);
    return heard_ > before;
  }
  bool ended() const { return ended_; }
  std::string last_words() { return (guest_ ? guest_->finish().problem : "") + said_; }

 private:
  void drain(int fd, bool& ended) {
    std::array<char, 4096> bytes{};
    for (ssize_t n = 0;;) {
      n = ::read(fd, bytes.data(), bytes.size());
      if (n == 0) ended = true;
      if (n <= 0) break;
      heard_ += static_cast<size_t>(n);
      said_.append(bytes.data(), static_cast<size_t>(n));
    }
    if (said_.size() > kMostSaid) said_.erase(0, said_.size() - kMostSaid);
  }

  std::optional<kernel::Guest> guest_;
  std::optional<kernel::Program> program_;
  std::string said_;
  size_t heard_ = 0;  // bytes
  bool ended_ = false;
};

Worker::Worker(const WorkerPlace& place, std::string folder)
    : place_(place), folder_(std::move(folder)), heard_(std::chrono::steady_clock::now()) {
  fs::create_directory(folder_);
  process_ = std::make_unique<Process>(place_, folder_);
}

Worker::~Worker() = default;

int Worker::output_fd() const {
  return process_->output_fd();
}

size_t Worker::send(const Case& played) {
  const std::string path = stem(sent_) + ".case";
  std::ofstream out(path + ".part", std::ios::binary);
  out << print(played);
  out.close();
  if (!out) throw SystemError("write", path, errno);
  fs::rename(path + ".part", path);
  if (unanswered_.empty()) heard_ = std::chrono::steady_clock::now();
  unanswered_.insert(sent_);
  return sent_++;
}

std::vector<Worker::Got> Worker::take() {
  std::vector<Got> all;
  for (const size_t number : unanswered_) {
    const std::string path = stem(number) + ".answers";
    if (!fs::exists(path)) continue;
    auto answers = decode_answers(read_all(path));
    fs::remove(path);
    fs::remove(stem(number) + ".case");
    if (answers.size() != 1) throw WorkerLost("it answered something else");
    all.push_back({number, std::move(answers.front())});
  }
  for (const Got& got : all) unanswered_.erase(got.number);
  return all;
}

std::vector<Worker::Got> Worker::receive() {
  const auto now = std::chrono::steady_clock::now();
  if (process_->listen()) heard_ = now;
  const bool ended = process_->ended();
  // What it left before it ended is good.
  auto all = take();
  if (!all.empty()) return all;
  if (ended) throw WorkerLost(process_->last_words());
  if (!unanswered_.empty() && now - heard_ > place_.silent_at_most)
    throw WorkerLost("it does not answer in time");
  return all;
}

}  // namespace lvslab::conform
