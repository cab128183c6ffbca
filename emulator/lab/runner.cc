#include "emulator/lab/runner.hh"

#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <list>

#include "emulator/base/error.hh"
#include "emulator/kernel/child.hh"
#include "emulator/lab/guest_labs.hh"
#include "emulator/lab/run.hh"
#include "emulator/report/json.hh"

namespace lvslab::lab {

namespace {

namespace fs = std::filesystem;

// For a whole lab; its steps have timeouts of their own.
constexpr Duration kLongest = std::chrono::minutes(10);
// Once a child has closed its pipe it only has to end.
constexpr Duration kEnd = std::chrono::seconds(10);

report::RunResult result_of(const std::string& file, const kernel::ChildResult& ended) {
  if (ended.ok()) return report::from_json_text(ended.output);
  report::RunResult result;
  result.file = file;
  result.lab = fs::path(file).stem().string();
  result.status = report::Status::failed;
  if (ended.timed_out)
    result.problem = "the lab did not end within 10 minutes and was killed";
  else if (ended.signal != 0)
    result.problem = "the lab's process was killed by signal " + std::to_string(ended.signal);
  else
    result.problem = "the lab's process failed: " + ended.output;
  return result;
}

struct Running {
  size_t index;
  kernel::Child child;
  std::chrono::steady_clock::time_point deadline;
};

// Starts, in order, and reaps, as they end.
class Crew {
 public:
  Crew(const std::vector<std::string>& files, const Options& options, unsigned jobs,
       const Done& done)
      : files_(files), options_(options), jobs_(jobs), done_(done), results_(files.size()) {}

  std::vector<report::RunResult> work() {
    while (next_ < files_.size() || !running_.empty()) {
      while (next_ < files_.size() && running_.size() < jobs_) start();
      wait();
      reap();
    }
    return std::move(results_);
  }

 private:
  void start() {
    const std::string& file = files_[next_];
    running_.push_back({next_++, kernel::Child([this, &file] {
                          // Programs of the lab may print; standard output is for results.
                          dup2(STDERR_FILENO, STDOUT_FILENO);
                          return report::to_json_text(run_here(file, options_));
                        }),
                        std::chrono::steady_clock::now() + kLongest});
  }

  void wait() {
    std::vector<pollfd> waiting;
    auto first = std::chrono::steady_clock::time_point::max();
    for (const auto& lab : running_) {
      waiting.push_back({lab.child.fd(), POLLIN, 0});
      first = std::min(first, lab.deadline);
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(first - std::chrono::steady_clock::now());
    poll(waiting.data(), waiting.size(), static_cast<int>(std::max<int64_t>(0, left.count())));
  }

  void reap() {
    for (auto lab = running_.begin(); lab != running_.end();) {
      const bool late = std::chrono::steady_clock::now() >= lab->deadline;
      if (!lab->child.pump() && !late) {
        ++lab;
        continue;
      }
      auto& result = results_[lab->index];
      result = result_of(files_[lab->index], lab->child.finish(late ? Duration::zero() : kEnd));
      if (done_) done_(result);
      lab = running_.erase(lab);
    }
  }

  const std::vector<std::string>& files_;
  const Options& options_;
  const unsigned jobs_;
  const Done& done_;
  size_t next_ = 0;
  std::list<Running> running_;
  std::vector<report::RunResult> results_;
};

// Standard input can be read once, but a lab from it may be tried in two places: kept in memory, to
// be read from its beginning each time.
class StandardInput {
 public:
  explicit StandardInput(const std::vector<std::string>& files) {
    if (std::find(files.begin(), files.end(), "-") == files.end()) return;
    // Past std::cin, which would remember that it came to the end.
    std::array<char, 4096> bytes;
    for (ssize_t n; (n = ::read(STDIN_FILENO, bytes.data(), bytes.size())) > 0;)
      text_.append(bytes.data(), static_cast<size_t>(n));
    const FileDescriptor file(
        static_cast<int>(check(memfd_create("stdin", MFD_CLOEXEC), "keep", "standard input")));
    check(write(file.get(), text_.data(), text_.size()), "keep", "standard input");
    check(lseek(file.get(), 0, SEEK_SET), "keep", "standard input");
    check(dup2(file.get(), STDIN_FILENO), "keep", "standard input");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

bool may_run_elsewhere(const report::RunResult& result) {
  return result.status == report::Status::unavailable && !result.place_reason.empty();
}

using Elsewhere =
    std::function<std::vector<report::RunResult>(const std::vector<std::string>& files)>;

// For those that could not run so far; what they say then has the first place's reason.
void try_again(std::vector<report::RunResult>& results, const std::vector<std::string>& files,
               const Elsewhere& run, const char* nor) {
  std::vector<size_t> which;
  std::vector<std::string> names;
  for (size_t i = 0; i < results.size(); ++i)
    if (may_run_elsewhere(results[i])) {
      which.push_back(i);
      names.push_back(files[i]);
    }
  if (which.empty()) return;
  auto others = run(names);
  for (size_t i = 0; i < which.size(); ++i) {
    auto& result = results[which[i]];
    others[i].place_reason = result.place_reason;
    if (others[i].status == report::Status::unavailable)
      others[i].problem = result.problem + nor + others[i].problem;
    result = std::move(others[i]);
  }
}

// This kernel, else a guest's, else memory.
std::vector<report::RunResult> run_where_possible(const std::vector<std::string>& files,
                                                  const Options& options, unsigned jobs,
                                                  const std::string& input, const Done& done) {
  std::vector<bool> told(files.size(), false);
  const auto here = [&](const report::RunResult& result) {
    if (done && !may_run_elsewhere(result)) done(result);
  };
  auto results = Crew(files, options, jobs, here).work();
  for (size_t i = 0; i < files.size(); ++i) told[i] = !may_run_elsewhere(results[i]);
  try_again(results, files,
            [&](const auto& names) { return run_in_guests(names, options, jobs, input, {}); },
            "; nor elsewhere: ");
  Options in_memory = options;
  in_memory.on = Where::sim;
  try_again(results, files,
            [&](const auto& names) { return Crew(names, in_memory, jobs, {}).work(); },
            "; nor in memory: ");
  for (size_t i = 0; i < files.size(); ++i)
    if (done && !told[i]) done(results[i]);
  return results;
}

bool is_lab(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

}  // namespace

report::RunResult run_one(const std::string& file, const Options& options) {
  return run_many({file}, options, 1, {}).front();
}

std::vector<report::RunResult> run_many(const std::vector<std::string>& files,
                                        const Options& options, unsigned jobs, const Done& done) {
  const StandardInput input(files);
  if (options.on == Where::uml) return run_in_guests(files, options, jobs, input.text(), done);
  if (options.on != Where::automatic) return Crew(files, options, jobs, done).work();
  return run_where_possible(files, options, jobs, input.text(), done);
}

std::vector<std::string> find_labs(const std::vector<std::string>& paths) {
  std::vector<std::string> labs;
  for (const auto& path : paths) {
    if (!fs::is_directory(path)) {
      if (!fs::exists(path)) throw UsageError(path + ": no such file or folder");
      labs.push_back(path);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file() && is_lab(entry.path())) below.push_back(entry.path().string());
    if (below.empty()) throw UsageError(path + ": no lab (*.yaml) below this folder");
    std::sort(below.begin(), below.end());
    labs.insert(labs.end(), below.begin(), below.end());
  }
  return labs;
}

}  // namespace lvslab::lab
