#include "emulator/lab/guest_labs.hh"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <list>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/capture/atomic_file.hh"
#include "emulator/kernel/uml.hh"
#include "emulator/lab/guest_verb.hh"
#include "emulator/report/json.hh"

namespace lvslab::lab {

namespace {

namespace fs = std::filesystem;

// For each lab in a guest, whose own runner ends it after ten minutes.
constexpr Duration kLongest = std::chrono::minutes(11);
// Where a guest keeps a capture until it is sent: in its memory.
constexpr const char* kCapture = "/dev/shm/lab.pcapng";
// On standard output, a line and what it announces.
constexpr std::string_view kCaptureLine = "capture ";  // and its size: bytes
constexpr std::string_view kResultLine = "result ";    // and the result as JSON

std::vector<std::string> command_for(const std::vector<std::string>& files,
                                     const Options& options) {
  std::vector<std::string> command = {fs::read_symlink("/proc/self/exe"), kGuestVerb};
  const auto add = [&](const std::vector<std::string>& words) {
    command.insert(command.end(), words.begin(), words.end());
  };
  add(words_for_guest(options));
  if (!options.pcap.empty()) add({"--pcap", kCapture});
  command.push_back("--");
  add(files);
  return command;
}

report::RunResult without_result(const std::string& file, report::Status status,
                                 const std::string& problem) {
  report::RunResult result;
  result.file = file;
  result.lab = fs::path(file).stem().string();
  result.status = status;
  result.problem = problem;
  return result;
}

// One guest with its labs, and what has come of it so far.
class Boot {
 public:
  Boot(const std::vector<std::string>& files, std::vector<size_t> which, const Options& options,
       const std::string& input, std::vector<report::RunResult>& results, const Done& done)
      : files_(files),
        which_(std::move(which)),
        options_(options),
        results_(results),
        done_(done),
        guest_(command_for(names(), options), guest_options(input)) {}

  int output_fd() const { return output_open_ ? guest_.output_fd() : -1; }
  int error_fd() const { return error_open_ ? guest_.error_fd() : -1; }
  bool over() const { return !output_open_ && !error_open_; }

  void pump() {
    output_open_ = output_open_ && read_all(guest_.output_fd(), held_);
    std::string errors;
    error_open_ = error_open_ && read_all(guest_.error_fd(), errors);
    std::cerr << errors << std::flush;
    while (take_one()) {
    }
  }

  // When over: the labs that it never came to, for another boot.
  std::vector<size_t> finish() {
    const auto end = guest_.finish();
    if (next_ == which_.size()) return {};
    const std::string problem =
        end.problem.empty() ? "the guest's lvslab ended with status " + std::to_string(*end.status)
                            : end.problem;
    const bool ran = next_ > 0;
    // The one it was at; without any result so far the next boot would not fare better.
    do {
      settle(without_result(files_[which_[next_]], report::Status::failed, problem));
    } while (!ran && next_ < which_.size());
    return {which_.begin() + static_cast<std::ptrdiff_t>(next_), which_.end()};
  }

 private:
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const size_t i : which_) result.push_back(files_[i]);
    return result;
  }

  kernel::GuestOptions guest_options(const std::string& input) const {
    kernel::GuestOptions options;
    options.input = input;
    options.deadline = kLongest * static_cast<int64_t>(which_.size());
    return options;
  }

  // False at the end.
  static bool read_all(int fd, std::string& into) {
    std::array<char, 16384> bytes;
    ssize_t n;
    while ((n = ::read(fd, bytes.data(), bytes.size())) > 0)
      into.append(bytes.data(), static_cast<size_t>(n));
    return n < 0;
  }

  // Takes a whole message off what came.
  bool take_one() {
    const size_t end = held_.find('\n');
    if (end == std::string::npos) return false;
    const std::string line = held_.substr(0, end);
    if (line.starts_with(kCaptureLine)) {
      const size_t size = std::stoul(line.substr(kCaptureLine.size()));
      if (held_.size() < end + 1 + size) return false;
      write_capture(std::string_view(held_).substr(end + 1, size));
      held_.erase(0, end + 1 + size);
      return true;
    }
    held_.erase(0, end + 1);
    if (line.starts_with(kResultLine) && next_ < which_.size()) {
      auto result = report::from_json_text(line.substr(kResultLine.size()));
      if (!capture_problem_.empty() && result.problem.empty()) {
        result.status = report::Status::failed;
        result.problem = std::exchange(capture_problem_, "");
      }
      settle(std::move(result));
    }
    return true;
  }

  void write_capture(std::string_view bytes) {
    try {
      capture::AtomicFile file(options_.pcap);
      file.stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      file.commit();
    } catch (const std::exception& error) {
      capture_problem_ = error.what();
    }
  }

  void settle(report::RunResult result) {
    result.place = "uml";
    auto& place = results_[which_[next_++]];
    place = std::move(result);
    if (done_) done_(place);
  }

  const std::vector<std::string>& files_;
  const std::vector<size_t> which_;
  const Options& options_;
  std::vector<report::RunResult>& results_;
  const Done& done_;
  kernel::Guest guest_;
  bool output_open_ = true, error_open_ = true;
  std::string held_, capture_problem_;
  size_t next_ = 0;
};

void wait_for(const std::list<Boot>& boots) {
  std::vector<pollfd> waiting;
  for (const auto& boot : boots) {
    waiting.push_back({boot.output_fd(), POLLIN, 0});
    waiting.push_back({boot.error_fd(), POLLIN, 0});
  }
  poll(waiting.data(), waiting.size(), -1);
}

// Turn about, so that neighbours in the list (often alike) go to different guests.
std::vector<std::vector<size_t>> shares(size_t labs, unsigned guests) {
  std::vector<std::vector<size_t>> result(std::min<size_t>(labs, std::max(1U, guests)));
  for (size_t i = 0; i < labs; ++i) result[i % result.size()].push_back(i);
  return result;
}

}  // namespace

std::vector<report::RunResult> run_in_guests(const std::vector<std::string>& files,
                                             const Options& options, unsigned jobs,
                                             const std::string& input, const Done& done) {
  std::vector<report::RunResult> results(files.size());
  std::list<Boot> boots;
  try {
    for (auto& share : shares(files.size(), jobs))
      boots.emplace_back(files, std::move(share), options, input, results, done);
  } catch (const Unavailable& error) {
    for (size_t i = 0; i < files.size(); ++i) {
      results[i] = without_result(files[i], report::Status::unavailable, error.what());
      if (done) done(results[i]);
    }
    return results;
  }
  while (!boots.empty()) {
    wait_for(boots);
    for (auto boot = boots.begin(); boot != boots.end();) {
      boot->pump();
      if (!boot->over()) {
        ++boot;
        continue;
      }
      auto left = boot->finish();
      boot = boots.erase(boot);
      if (!left.empty()) boots.emplace_back(files, std::move(left), options, input, results, done);
    }
  }
  return results;
}

int run_for_host(const std::vector<std::string>& files, const Options& options) {
  for (const auto& file : files) {
    const auto result = run_one(file, options);
    std::error_code none;
    if (!options.pcap.empty() && fs::exists(options.pcap, none)) {
      std::cout << kCaptureLine << fs::file_size(options.pcap) << '\n'
                << std::ifstream(options.pcap, std::ios::binary).rdbuf();
      fs::remove(options.pcap);
    }
    std::cout << kResultLine << report::to_json_text(result) << '\n' << std::flush;
  }
  return std::cout ? 0 : 1;
}

}  // namespace lvslab::lab
