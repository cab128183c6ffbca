#include "emulator/conform/shrink.hh"

#include <algorithm>

#include "emulator/conform/packets.hh"
#include "emulator/conform/timing.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kBatch = 48;  // candidates of one round

Case without(const Case& whole, size_t first, size_t end) {
  Case rest = whole;
  rest.events.erase(rest.events.begin() + static_cast<ptrdiff_t>(first),
                    rest.events.begin() + static_cast<ptrdiff_t>(end));
  return rest;
}

// Nothing behind the event that shows it matters.
Case up_to(const Case& whole, size_t event) {
  return without(whole, std::min(event + 1, whole.events.size()), whole.events.size());
}

// Both addresses of an IP packet, the lesser first, and nothing of anything else.
Buffer hosts_of(const Buffer& frame) {
  constexpr size_t kIp = 14;
  const bool v6 = frame.size() > kIp && frame[kIp] >> 4 == 6;
  const size_t size = v6 ? 16 : 4, at = kIp + (v6 ? 8 : 12);
  if (frame.size() < at + 2 * size) return {};
  const auto first = frame.begin() + static_cast<ptrdiff_t>(at);
  const auto second = first + static_cast<ptrdiff_t>(size);
  Buffer a(first, second), b(second, second + static_cast<ptrdiff_t>(size));
  if (b < a) std::swap(a, b);
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Job job_of(size_t number, const std::vector<Case>& cases, const Timing& timing) {
  return {number, cases[number], timing.slack};
}

class Shrinker {
 public:
  Shrinker(Case whole, std::string what, Play ours, const Ignored& ignored, KernelSide& kernel,
           unsigned rounds)
      : best_(std::move(whole)),
        what_(std::move(what)),
        ours_(ours),
        ignored_(ignored),
        kernel_(kernel),
        rounds_(rounds) {}

  Case run() {
    // Without waits first: they take their time on the kernel's side.
    take_first({without_waits()});
    take_first(guesses());
    rounds_ -= 2;
    size_t piece = std::max<size_t>(1, best_.events.size() / 2);
    while (rounds_ > 0) {
      const bool smaller = try_without(piece);
      if (!smaller && piece == 1) break;
      if (!smaller) piece = std::max<size_t>(1, piece / 2);
      piece = std::min(piece, std::max<size_t>(1, best_.events.size() / 2));
    }
    return best_;
  }

 private:
  // Rules and settings with few of the frames: the latest alone, those before it, those between its
  // two hosts. Much of the way in one batch when one of them is right.
  std::vector<Case> guesses() const {
    std::vector<Case> all;
    for (const size_t latest : {1U, 3U, 8U, 20U}) all.push_back(with_latest(latest));
    all.push_back(with_same_hosts());
    return all;
  }

  Case without_waits() const {
    Case kept = best_;
    std::erase_if(kept.events, [](const Event& event) { return event.kind == EventKind::wait; });
    return kept;
  }

  Case with_latest(size_t latest) const {
    Case kept = best_;
    size_t frames = best_.frames();
    std::erase_if(kept.events, [&](const Event& event) {
      return event.kind == EventKind::frame && frames-- > latest;
    });
    return kept;
  }

  Case with_same_hosts() const {
    Case kept = best_;
    const Buffer hosts = hosts_of(best_.events.back().bytes);
    std::erase_if(kept.events, [&](const Event& event) {
      return event.kind == EventKind::frame && hosts_of(event.bytes) != hosts;
    });
    return kept;
  }

  // Each candidate leaves out one run of `piece` events; one that still differs is kept, and the
  // next search begins where that one was found.
  bool try_without(size_t piece) {
    const size_t events = best_.events.size();
    std::vector<size_t> starts;
    for (size_t at = 0; at < events; at += piece) starts.push_back(at);
    std::rotate(starts.begin(), std::lower_bound(starts.begin(), starts.end(), resume_),
                starts.end());
    for (size_t tried = 0; tried < starts.size() && rounds_ > 0; tried += kBatch) {
      --rounds_;
      std::vector<Case> candidates;
      for (size_t i = tried; i < std::min(tried + kBatch, starts.size()); ++i)
        candidates.push_back(without(best_, starts[i], std::min(starts[i] + piece, events)));
      const auto taken = take_first(candidates);
      if (!taken) continue;
      resume_ = starts[tried + *taken];
      return true;
    }
    return false;
  }

  std::optional<size_t> take_first(const std::vector<Case>& candidates) {
    std::optional<Case> smaller;
    size_t taken = 0;
    size_t next = 0;
    kernel_.play(
        [&]() -> std::optional<Job> {
          for (; !smaller && next < candidates.size(); ++next) {
            const Timing timing = timing_of(candidates[next]);
            if (!timing.hasty) return job_of(next++, candidates, timing);
          }
          return {};
        },
        [&](const Job& job, const Answers& kernels) {
          if (smaller || !kernels.problem.empty()) return;
          MasksUsed masks;
          const auto found = compare(job.played, ours_(job.played), kernels, ignored_, masks);
          if (!found || found->what != what_) return;
          smaller = up_to(job.played, found->event);
          taken = job.number;
        });
    if (!smaller) return {};
    best_ = std::move(*smaller);
    return taken;
  }

  Case best_;
  std::string what_;
  Play ours_;
  const Ignored& ignored_;
  KernelSide& kernel_;
  unsigned rounds_;
  size_t resume_ = 0;  // event
};

}  // namespace

Case shrink(const Case& played, const Mismatch& shown, Play ours, const Ignored& ignored,
            KernelSide& kernel, unsigned rounds) {
  return Shrinker(up_to(played, shown.event), shown.what, ours, ignored, kernel, rounds).run();
}

}  // namespace lvslab::conform
