#include "emulator/conform/run.hh"

#include <algorithm>
#include <chrono>

#include "emulator/conform/choices.hh"
#include "emulator/conform/shrink.hh"

namespace lvslab::conform {

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Answers play_spoilt(const Case& played) {
  return play_ours(with_wrong_schedulers(played));
}

// What it does to packets is to betray it, not what it says of its rules.
Case without_listings(Case played) {
  std::erase_if(played.events, [](const Event& e) { return e.kind == EventKind::listing; });
  return played;
}

Reached reached(const RunOptions& options, const Coverage& coverage) {
  if (!options.cases.empty()) return {};
  const CoverageTable table(options.generate.features);
  return {table.cells().size(), table.holes(coverage), table.left_out()};
}

class Runner {
 public:
  explicit Runner(const RunOptions& options) : options_(options), kernel_(options.kernel) {
    auto& features = options_.generate.features;
    if (kernel_.real_time()) features = features.without(Feature::patience);
    result_.place = kernel_.place();
    result_.seed = options.seed;
    result_.features = features.to_string();
  }

  RunResult all() {
    const double begin = now();
    kernel_.play([this] { return next(); },
                 [this](const Job& job, const Answers& kernels) { judge(job, kernels); });
    result_.kernel_seconds = now() - begin;
    result_.table = reached(options_, result_.coverage);
    std::sort(result_.found.begin(), result_.found.end(),
              [](const Found& a, const Found& b) { return a.number < b.number; });
    shrink_found();
    result_.replayed = kernel_.replayed();
    result_.seconds = now() - begin;
    return std::move(result_);
  }

 private:
  std::optional<Case> next_case() {
    if (!options_.cases.empty()) {
      if (made_ == options_.cases.size()) return {};
      return options_.sabotage ? without_listings(options_.cases[made_]) : options_.cases[made_];
    }
    if (frames_made_ >= options_.frames) return {};
    Case made = generate(options_.seed + made_, options_.generate);
    return options_.sabotage ? without_listings(std::move(made)) : std::move(made);
  }

  // Our side plays it while the kernel has others.
  std::optional<Job> next() {
    auto made = next_case();
    if (!made) return {};
    const size_t number = made_++;
    frames_made_ += made->frames();
    Covered ours = options_.sabotage        ? Covered{play_spoilt(*made), timing_of(*made)}
                   : options_.cases.empty() ? play_and_cover(*made, result_.coverage)
                                            : Covered{play_ours(*made), timing_of(*made)};
    if (ours.timing.hasty) return skip(*made, *ours.timing.hasty);
    ours_.emplace(number, std::move(ours.answers));
    return Job{number, std::move(*made), ours.timing.slack};
  }

  std::optional<Job> skip(const Case& hasty, size_t event) {
    result_.unplayed.push_back(hasty.name + ": `" +
                               print(hasty, hasty.events[event]).substr(0, 60) +
                               "` must wait a tick: put `wait 0.1` before it");
    ++result_.cases;
    return next();
  }

  void judge(const Job& job, const Answers& kernels) {
    ++result_.cases;
    result_.frames += job.played.frames();
    const Answers ours = std::move(ours_.extract(job.number).mapped());
    if (!kernels.problem.empty()) {
      result_.unplayed.push_back(job.played.name + ": " + kernels.problem);
    } else if (auto found = compare(job.played, ours, kernels, options_.ignored, result_.masks)) {
      ++result_.differing;
      result_.differing_names.push_back(job.played.name);
      keep({job.played, std::move(*found), false, 1, job.number});
    }
    tell();
  }

  // The first of its kind.
  void keep(Found found) {
    for (Found& known : result_.found) {
      if (known.mismatch.what != found.mismatch.what) continue;
      found.times = known.times + 1;
      if (known.number < found.number) {
        ++known.times;
      } else {
        known = std::move(found);
      }
      return;
    }
    result_.found.push_back(std::move(found));
  }

  void tell() {
    constexpr double kEvery = 5;  // seconds
    if (now() < told_ + kEvery) return;
    told_ = now();
    options_.progress(std::to_string(result_.frames) + " frames, " +
                      std::to_string(result_.differing) + " of " + std::to_string(result_.cases) +
                      " cases differ, at most " + std::to_string(to_seconds(kernel_.latest())) +
                      " s late, " + std::to_string(kernel_.replayed()) + " played again");
  }

  void shrink_found() {
    const Play ours = options_.sabotage ? play_spoilt : play_ours;
    const size_t most = std::min<size_t>(options_.shrink, result_.found.size());
    for (size_t i = 0; i < most; ++i) {
      Found& found = result_.found[i];
      options_.progress("shrinking " + found.played.name + ": " + found.mismatch.what);
      found.played = shrink(found.played, found.mismatch, ours, options_.ignored, kernel_);
      const auto kernels = kernel_.play(std::vector<Case>{found.played});
      MasksUsed masks;
      auto again =
          compare(found.played, ours(found.played), kernels.front(), options_.ignored, masks);
      if (again) found.mismatch = std::move(*again);
      found.shrunk = true;
      options_.progress(to_text(found));
      options_.shrunk(found);
    }
  }

  RunOptions options_;
  KernelSide kernel_;
  RunResult result_;
  size_t made_ = 0, frames_made_ = 0;  // cases, frames
  std::map<size_t, Answers> ours_;     // of cases that the kernel has not answered yet
  double told_ = now();
};

}  // namespace

RunResult run_dry(const RunOptions& options) {
  const double begin = now();
  RunResult result;
  result.place = "nobody";
  result.seed = options.seed;
  result.features = options.generate.features.to_string();
  for (uint64_t seed = options.seed; result.frames < options.frames; ++seed) {
    const Case made = generate(seed, options.generate);
    play_and_cover(made, result.coverage);
    ++result.cases;
    result.frames += made.frames();
  }
  result.table = reached(options, result.coverage);
  result.seconds = now() - begin;
  return result;
}

RunResult run(const RunOptions& options) {
  return Runner(options).all();
}

}  // namespace lvslab::conform
