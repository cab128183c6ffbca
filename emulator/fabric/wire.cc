#include "emulator/fabric/wire.hh"

#include <algorithm>
#include <utility>

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/offload.hh"

namespace lvslab::fabric {

namespace {

// Draws nothing for what never happens.
bool happens(double share, Random& dice) {
  return share > 0 && dice.unit() < share;
}

bool is_perfect(const Impairments& i) {
  return !i.cut && i.mtu == 0 && i.rate == 0 && i.burst.enter <= 0 && i.loss <= 0 &&
         i.duplicate <= 0 && i.corrupt <= 0 && i.reorder <= 0 && i.delay == Duration::zero() &&
         i.jitter == Duration::zero();
}

bool same_times(const Impairments& a, const Impairments& b) {
  return a.delay == b.delay && a.jitter == b.jitter && a.rate == b.rate;
}

uint64_t bits_of(const wire::Frame& frame) {
  size_t bytes = frame.size();
  if (frame.is_super()) {
    const size_t pieces = wire::segments_on_wire(frame);
    const size_t headers = wire::size_on_wire(frame) - frame.offload().segment_size;
    bytes += (pieces - 1) * headers;
  }
  return uint64_t{bytes} * 8;
}

}  // namespace

Wire::Dice::Dice(Random seeds)
    : loss(seeds.split()),
      burst(seeds.split()),
      duplicate(seeds.split()),
      corrupt(seeds.split()),
      reorder(seeds.split()),
      jitter(seeds.split()) {}

Wire::Wire(uint64_t seed) : dice_(Random(seed)) {}

void Wire::change(const Impairments& to) {
  if (!same_times(impairments_, to) || to.cut) {
    free_at_ = latest_ = Time::min();
    queue_.clear();
  }
  if (impairments_.burst != to.burst) in_burst_ = false;
  if (to.cut) {
    counters_.lost_to_cut += waiting();
    line_.clear();
    ahead_.clear();
  }
  impairments_ = to;
  perfect_ = is_perfect(to);
}

void Wire::enter(wire::Frame frame, Time now) {
  ++counters_.entered;
  if (perfect_) return keep(std::move(frame), now);
  if (impairments_.cut) {
    ++counters_.lost_to_cut;
    return;
  }
  if (impairments_.mtu != 0 && wire::size_on_wire(frame) > wire::kEthernetSize + impairments_.mtu) {
    ++counters_.lost_to_mtu;
    return;
  }
  const auto sent = transmit(frame, now);
  if (!sent || is_lost()) return;
  std::optional<wire::Frame> copy;
  if (happens(impairments_.duplicate, dice_.duplicate)) copy = frame.clone();
  arrive(std::move(frame), *sent);
  if (!copy) return;
  ++counters_.duplicated;
  arrive(std::move(*copy), *sent);
}

// When the whole frame is on the wire; nothing: there was no room in the queue.
std::optional<Time> Wire::transmit(const wire::Frame& frame, Time now) {
  if (impairments_.rate == 0) return now;
  while (!queue_.empty() && queue_.front() <= now) queue_.pop();
  if (free_at_ <= now) {
    free_at_ = now;
    fraction_ = 0;
  } else if (queue_.size() < impairments_.queue) {
    queue_.push() = free_at_;
  } else {
    ++counters_.lost_to_queue;
    return {};
  }
  constexpr uint64_t kSecond = 1'000'000'000;
  const uint64_t time = bits_of(frame) * kSecond + fraction_;
  free_at_ += Duration(time / impairments_.rate);
  fraction_ = time % impairments_.rate;
  return free_at_;
}

bool Wire::is_lost() {
  const auto& burst = impairments_.burst;
  if (burst.enter > 0 || in_burst_) {
    const double turn = in_burst_ ? burst.leave : burst.enter;
    if (happens(turn, dice_.burst)) in_burst_ = !in_burst_;
    if (in_burst_) {
      ++counters_.lost_to_burst;
      return true;
    }
  }
  if (!happens(impairments_.loss, dice_.loss)) return false;
  ++counters_.lost_by_chance;
  return true;
}

void Wire::arrive(wire::Frame&& frame, Time sent) {
  if (happens(impairments_.corrupt, dice_.corrupt))
    corrupt(std::move(frame), sent);
  else
    travel(std::move(frame), sent);
}

void Wire::corrupt(wire::Frame&& frame, Time sent) {
  if (!frame.is_super()) {
    damage(frame);
    return travel(std::move(frame), sent);
  }
  wire::Segmenter segments(frame);
  const size_t hit = dice_.corrupt.below(segments.count());
  counters_.cut_apart += segments.count() - 1;
  for (size_t i = 0; !segments.done(); ++i) {
    wire::Frame segment = segments.next();
    if (i == hit) damage(segment);
    travel(std::move(segment), sent);
  }
}

void Wire::damage(wire::Frame& frame) {
  const auto& at = impairments_.corrupt_at;
  if (at ? *at >= frame.size() : frame.empty()) return;
  ++counters_.corrupted;
  const size_t bit = at ? size_t{*at} * 8 : dice_.corrupt.below(frame.size() * 8);
  wire::finish_checksum(frame);  // the sender's device did so before the frame was on the wire
  frame.data()[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
}

void Wire::travel(wire::Frame&& frame, Time sent) {
  if (happens(impairments_.reorder, dice_.reorder)) {
    ++counters_.overtook;
    return keep(std::move(frame), sent);
  }
  Duration delay = impairments_.delay;
  if (const auto jitter = impairments_.jitter; jitter > Duration::zero()) {
    const auto span = static_cast<uint64_t>(2 * jitter.count() + 1);
    delay += Duration(static_cast<int64_t>(dice_.jitter.below(span))) - jitter;
  }
  latest_ = std::max(latest_, sent + std::max(delay, Duration::zero()));
  keep(std::move(frame), latest_);
}

void Wire::keep(wire::Frame&& frame, Time due) {
  const uint64_t number = next_number_++;
  if (line_.empty() || line_.back().due <= due) {
    Waiting& last = line_.push();
    last.due = due;
    last.number = number;
    last.frame = std::move(frame);
    return;
  }
  ahead_.push_back({due, number, std::move(frame)});
  std::push_heap(ahead_.begin(), ahead_.end(), [](auto& a, auto& b) { return b < a; });
}

const Wire::Waiting* Wire::first() const {
  if (line_.empty()) return ahead_.empty() ? nullptr : &ahead_.front();
  return ahead_.empty() || line_.front() < ahead_.front() ? &line_.front() : &ahead_.front();
}

std::optional<wire::Frame> Wire::leave(Time now) {
  const Waiting* next = first();
  if (next == nullptr || next->due > now) return {};
  ++counters_.left;
  if (!line_.empty() && next == &line_.front()) {
    std::optional<wire::Frame> frame(std::move(line_.front().frame));
    line_.pop();
    return frame;
  }
  std::pop_heap(ahead_.begin(), ahead_.end(), [](auto& a, auto& b) { return b < a; });
  std::optional<wire::Frame> frame(std::move(ahead_.back().frame));
  ahead_.pop_back();
  return frame;
}

Time Wire::next_deadline() const {
  const Waiting* next = first();
  return next == nullptr ? kNever : next->due;
}

}  // namespace lvslab::fabric
