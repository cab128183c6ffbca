#include "emulator/conform/shrink.hh"

#include <algorithm>

#include "emulator/conform/packets.hh"

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

  // Each candidate leaves out one run of `piece` events; the first that still differs is kept.
  bool try_without(size_t piece) {
    const size_t events = best_.events.size();
    for (size_t at = 0; at < events && rounds_ > 0;) {
      --rounds_;
      std::vector<Case> candidates;
      for (; at < events && candidates.size() < kBatch; at += piece)
        candidates.push_back(without(best_, at, std::min(at + piece, events)));
      if (take_first(candidates)) return true;
    }
    return false;
  }

  bool take_first(const std::vector<Case>& candidates) {
    const auto answers = kernel_.play(candidates);
    for (size_t i = 0; i < candidates.size(); ++i) {
      MasksUsed masks;
      const auto found = compare(candidates[i], ours_(candidates[i]), answers[i], ignored_, masks);
      if (!found || found->what != what_ || !answers[i].problem.empty()) continue;
      best_ = up_to(candidates[i], found->event);
      return true;
    }
    return false;
  }

  Case best_;
  std::string what_;
  Play ours_;
  const Ignored& ignored_;
  KernelSide& kernel_;
  unsigned rounds_;
};

}  // namespace

Case shrink(const Case& played, const Mismatch& shown, Play ours, const Ignored& ignored,
            KernelSide& kernel, unsigned rounds) {
  return Shrinker(up_to(played, shown.event), shown.what, ours, ignored, kernel, rounds).run();
}

}  // namespace lvslab::conform
