#include "emulator/fuzz/shrink.hh"

#include <algorithm>
#include <set>

namespace lvslab::fuzz {

namespace {

// As a file could have it: who starts was stopped before, and who stops runs.
bool sound(const topology::Topology& story) {
  using Change = topology::Life::Change;
  std::set<std::string> off;
  const auto is_sound = [&](const topology::Action& action) {
    const auto* life = std::get_if<topology::Life>(&action);
    if (!life) return true;
    if (off.contains(life->host) != (life->change == Change::start)) return false;
    if (life->change == Change::stop) off.insert(life->host);
    if (life->change == Change::start) off.erase(life->host);
    return true;
  };
  for (const auto& step : story.scenario) {
    if (!is_sound(step.action)) return false;
    for (const auto& one : step.meanwhile)
      if (!is_sound(one.action)) return false;
  }
  return true;
}

class Shrinker {
 public:
  Shrinker(topology::Topology story, const Shows& shows, unsigned most)
      : story_(std::move(story)), shows_(shows), left_(most) {}

  topology::Topology small() {
    less_of(
        1, [](topology::Topology & story) -> auto& { return story.scenario; });
    for (size_t i = 0; i < story_.scenario.size(); ++i) {
      less_of(
          0, [i](topology::Topology & story) -> auto& { return story.scenario[i].meanwhile; });
      if (std::holds_alternative<topology::SendFrames>(story_.scenario[i].action))
        less_of(
            1, [i](topology::Topology & story) -> auto& {
              return std::get<topology::SendFrames>(story.scenario[i].action).frames;
            });
      fewer_requests(i);
    }
    return std::move(story_);
  }

 private:
  // False, and as it was, when that no longer shows it.
  bool try_out(topology::Topology smaller) {
    if (left_ == 0 || !sound(smaller)) return false;
    --left_;
    if (!shows_(smaller)) return false;
    story_ = std::move(smaller);
    return true;
  }

  // Parts of the list are left out, large ones first, down to `least` items.
  template <class List>
  void less_of(size_t least, List list) {
    for (size_t part = std::max<size_t>(1, list(story_).size() / 2); part > 0; part /= 2) {
      size_t at = 0;
      while (at < list(story_).size() && list(story_).size() > least) {
        topology::Topology smaller = story_;
        auto& items = list(smaller);
        const size_t end = std::min(items.size(), at + part);
        if (items.size() - (end - at) < least) break;
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(at),
                    items.begin() + static_cast<std::ptrdiff_t>(end));
        if (!try_out(std::move(smaller))) at += part;
      }
    }
  }

  void fewer_requests(size_t step) {
    const auto* request = std::get_if<topology::Request>(&story_.scenario[step].action);
    if (!request) return;
    for (const uint32_t count : {1U, 2U, 3U}) {
      if (count >= request->count) return;
      topology::Topology smaller = story_;
      auto& less = std::get<topology::Request>(smaller.scenario[step].action);
      less.count = count;
      for (auto& other : smaller.scenario)
        if (auto* more = std::get_if<topology::Continue>(&other.action))
          if (more->kept == less.keep) more->count = count;
      if (try_out(std::move(smaller))) return;
    }
  }

  topology::Topology story_;
  const Shows& shows_;
  unsigned left_;
};

}  // namespace

topology::Topology shrink(topology::Topology story, const Shows& shows, unsigned most) {
  return Shrinker(std::move(story), shows, most).small();
}

}  // namespace lvslab::fuzz
