#include "emulator/conform/run.hh"

#include <algorithm>
#include <chrono>

#include "emulator/conform/ours.hh"
#include "emulator/conform/shrink.hh"

namespace lvslab::conform {

namespace {

// Cases that one worker gets at a time.
constexpr size_t kBatch = 128;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Our side made wrong: every round robin becomes "first server".
Case spoilt(const Case& played) {
  Case wrong = played;
  for (Event& event : wrong.events) {
    const size_t at = event.text.find(" -s rr");
    if (at != std::string::npos) event.text.replace(at, 6, " -s fo");
  }
  return wrong;
}

Answers play_spoilt(const Case& played) {
  return play_ours(spoilt(played));
}

// What it does to packets is to betray it, not what it says of its rules.
Case without_listings(Case played) {
  std::erase_if(played.events, [](const Event& e) { return e.kind == EventKind::listing; });
  return played;
}

class Runner {
 public:
  explicit Runner(const RunOptions& options) : options_(options), kernel_(options.kernel) {
    result_.place = kernel_.place();
    result_.seed = options.seed;
    result_.features = options.generate.features.to_string();
  }

  RunResult all() {
    const double begin = now();
    if (options_.cases.empty()) {
      random_cases();
    } else {
      play(options_.cases);
    }
    shrink_found();
    result_.replayed = kernel_.replayed();
    result_.seconds = now() - begin;
    return std::move(result_);
  }

 private:
  void random_cases() {
    for (uint64_t seed = options_.seed; result_.frames < options_.frames;) {
      std::vector<Case> batch;
      size_t frames = 0;
      const size_t most = kBatch * std::max(1U, options_.kernel.workers);
      for (; batch.size() < most && result_.frames + frames < options_.frames; ++seed) {
        batch.push_back(generate(seed, options_.generate));
        if (options_.sabotage) batch.back() = without_listings(std::move(batch.back()));
        frames += batch.back().frames();
      }
      play(batch);
    }
  }

  void play(const std::vector<Case>& cases) {
    const double begin = now();
    const auto kernels = kernel_.play(cases);
    Duration latest{};
    for (const auto& answers : kernels) latest = std::max(latest, answers.late);
    options_.progress(std::to_string(cases.size()) + " cases, at most " +
                      std::to_string(to_seconds(latest)) + " s late, " +
                      std::to_string(kernel_.replayed()) + " played again");
    result_.kernel_seconds += now() - begin;
    for (size_t i = 0; i < cases.size(); ++i) judge(cases[i], kernels[i]);
    options_.progress(std::to_string(result_.frames) + " frames, " +
                      std::to_string(result_.differing) + " of " + std::to_string(result_.cases) +
                      " cases differ");
  }

  void judge(const Case& played, const Answers& kernels) {
    ++result_.cases;
    result_.frames += played.frames();
    const Answers ours =
        options_.sabotage ? play_spoilt(played) : play_and_cover(played, result_.coverage);
    if (!kernels.problem.empty()) {
      result_.unplayed.push_back(played.name + ": " + kernels.problem);
      return;
    }
    auto mismatch = compare(played, ours, kernels, options_.ignored, result_.masks);
    if (!mismatch) return;
    ++result_.differing;
    const auto known =
        std::find_if(result_.found.begin(), result_.found.end(),
                     [&](const Found& found) { return found.mismatch.what == mismatch->what; });
    if (known == result_.found.end()) {
      result_.found.push_back({played, std::move(*mismatch), false, 1});
    } else {
      ++known->times;
    }
  }

  void shrink_found() {
    const Play ours = options_.sabotage ? play_spoilt : play_ours;
    const size_t most = std::min<size_t>(options_.shrink, result_.found.size());
    for (size_t i = 0; i < most; ++i) {
      Found& found = result_.found[i];
      options_.progress("shrinking " + found.played.name + ": " + found.mismatch.what);
      found.played = shrink(found.played, found.mismatch, ours, options_.ignored, kernel_);
      const auto kernels = kernel_.play({found.played});
      MasksUsed masks;
      auto again =
          compare(found.played, ours(found.played), kernels.front(), options_.ignored, masks);
      if (again) found.mismatch = std::move(*again);
      found.shrunk = true;
      options_.progress(to_text(found));
      options_.shrunk(found);
    }
  }

  const RunOptions& options_;
  KernelSide kernel_;
  RunResult result_;
};

}  // namespace

RunResult run(const RunOptions& options) {
  return Runner(options).all();
}

}  // namespace lvslab::conform
