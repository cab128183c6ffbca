#include "emulator/lab/runner.hh"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <list>

#include "emulator/base/error.hh"
#include "emulator/kernel/child.hh"
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

bool is_lab(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

}  // namespace

report::RunResult run_one(const std::string& file, const Options& options) {
  return run_many({file}, options, 1, {}).front();
}

std::vector<report::RunResult> run_many(const std::vector<std::string>& files,
                                        const Options& options, unsigned jobs, const Done& done) {
  return Crew(files, options, jobs, done).work();
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
