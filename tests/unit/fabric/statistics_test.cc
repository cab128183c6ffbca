// Do the shares come out as asked? Each check is a question with an answer of its own, so that it
// can be asked of a wire with another parameter, which must fail it. Seeds are fixed: a result is
// the same every time.
//
// Bounds. A count of n independent frames of share p has the deviation sqrt(n p (1 - p)); results
// must lie within four of them, which a right wire misses for one seed in 16,000. Other parameters
// that must fail are further away than that by far.

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "numbered.hh"

namespace lvslab::fabric::test {

namespace {

constexpr uint32_t kFrames = 100'000;

bool within(double found, double expected, double deviation) {
  return std::abs(found - expected) <= 4 * deviation;
}
bool share_is(uint64_t count, uint64_t of, double share) {
  const auto n = static_cast<double>(of);
  return within(static_cast<double>(count), n * share, std::sqrt(n * share * (1 - share)));
}

size_t bits_behind_the_number(const wire::Frame& frame) {
  size_t bits = 0;
  for (const uint8_t byte : frame.bytes().subspan(kNumberAt + 4))
    bits += static_cast<size_t>(std::popcount(byte));
  return bits;
}

// What came out of a wire that a frame enters each microsecond.
struct Run {
  explicit Run(const Impairments& impairments, uint64_t seed = 1) : wire(seed) {
    wire.change(impairments);
    for (uint32_t i = 0; i < kFrames; ++i) {
      wire.enter(numbered(i), entered(i));
      take(entered(i));
    }
    take(kNever - Duration(1));
  }
  static Time entered(uint32_t number) { return at(number * 1us); }
  void take(Time until) {
    while (wire.next_deadline() <= until) {
      const Time due = wire.next_deadline();
      const auto frame = *wire.leave(due);
      out.push_back({number_of(frame), due});
      if (wire.impairments().corrupt > 0) wrong_bits.push_back(bits_behind_the_number(frame));
    }
  }
  Wire wire;
  std::vector<Arrival> out;
  std::vector<size_t> wrong_bits;  // of each, behind its number, where some are
};

using Change = std::function<void(Impairments&)>;
Impairments with(const Change& change) {
  Impairments to;
  change(to);
  return to;
}

using Check = std::function<bool(const Run&)>;
// The check holds for several seeds of the one, and for none of the other.
void holds_for(const Change& right, const Change& wrong, const Check& check) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    BOOST_TEST(check(Run(with(right), seed)), "seed " << seed);
    BOOST_TEST(!check(Run(with(wrong), seed)), "negative control, seed " << seed);
  }
}

// Numbers of the frames that did not come, as runs of neighbours.
std::vector<uint32_t> gaps(const Run& run) {
  std::vector<bool> came(kFrames);
  for (const auto& arrival : run.out) came[arrival.number] = true;
  std::vector<uint32_t> lengths;
  for (uint32_t i = 0; i < kFrames; ++i) {
    if (came[i]) continue;
    if (i > 0 && !came[i - 1])
      ++lengths.back();
    else
      lengths.push_back(1);
  }
  return lengths;
}

double mean(const std::vector<uint32_t>& values) {
  double sum = 0;
  for (const uint32_t value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

bool in_order(const Run& run) {
  return std::is_sorted(run.out.begin(), run.out.end(),
                        [](auto& a, auto& b) { return a.number < b.number; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(the_share_that_is_lost) {
  holds_for([](auto& i) { i.loss = 0.05; }, [](auto& i) { i.loss = 0.055; },
            [](const Run& run) { return share_is(kFrames - run.out.size(), kFrames, 0.05); });
}

BOOST_AUTO_TEST_CASE(single_losses_are_independent_of_each_other) {
  // Behind a lost frame the next is lost as often as any: runs are 1 / (1 - p) long, with the
  // deviation sqrt(p) / (1 - p) of a geometric distribution. Bursts of the same share fail.
  holds_for([](auto& i) { i.loss = 0.1; },
            [](auto& i) {
              i.burst = {1.0 / 45, 0.2};
            },
            [](const Run& run) {
              const auto lengths = gaps(run);
              const double of = std::sqrt(static_cast<double>(lengths.size()));
              return within(mean(lengths), 1 / 0.9, std::sqrt(0.1) / 0.9 / of);
            });
}

BOOST_AUTO_TEST_CASE(bursts_are_as_long_and_as_frequent_as_asked) {
  // Length: geometric, mean 1 / leave, deviation sqrt(1 - leave) / leave. Number: one in each
  // 1 / enter + 1 / leave frames; its variance is the cycle's over its mean cubed (renewals).
  holds_for(
      [](auto& i) {
        i.burst = {0.01, 0.25};
      },
      [](auto& i) {
        i.burst = {0.008, 0.2};
      },
      [](const Run& run) {
        const auto lengths = gaps(run);
        const auto count = static_cast<double>(lengths.size());
        const double cycle = 1 / 0.01 + 1 / 0.25;
        const double variance = 0.99 / (0.01 * 0.01) + 0.75 / (0.25 * 0.25);
        return within(mean(lengths), 4, std::sqrt(0.75) / 0.25 / std::sqrt(count)) &&
               within(count, kFrames / cycle,
                      std::sqrt(kFrames * variance / (cycle * cycle * cycle)));
      });
}

BOOST_AUTO_TEST_CASE(the_share_that_comes_twice) {
  holds_for([](auto& i) { i.duplicate = 0.02; }, [](auto& i) { i.duplicate = 0.025; },
            [](const Run& run) {
              return share_is(run.out.size() - kFrames, kFrames, 0.02) && in_order(run);
            });
}

BOOST_AUTO_TEST_CASE(the_share_that_is_corrupted_by_one_bit_each) {
  // Of 60 bytes the 42 behind the number are looked at: bits there are hit as often as elsewhere.
  holds_for([](auto& i) { i.corrupt = 0.1; }, [](auto& i) { i.corrupt = 0.12; },
            [](const Run& run) {
              size_t hit = 0, more = 0;
              for (const size_t bits : run.wrong_bits) {
                hit += bits > 0;
                more += bits > 1;
              }
              return share_is(run.wire.counters().corrupted, kFrames, 0.1) && more == 0 &&
                     share_is(hit, kFrames, 0.1 * 42 / 60);
            });
}

BOOST_AUTO_TEST_CASE(jitter_is_uniform_and_within_its_bounds) {
  // Frames a long way apart, or keeping the order would hold some back. Mean 10 ms, deviation of
  // one: 4 ms / sqrt(12). Below 9 ms: a quarter.
  const auto question = [](Duration jitter) {
    Wire wire(3);
    wire.change(with([&](auto& i) {
      i.delay = 10ms;
      i.jitter = jitter;
    }));
    double sum = 0;
    uint32_t early = 0;
    bool bounds = true;
    for (uint32_t i = 0; i < kFrames; ++i) {
      const Time entered = at(i * 100ms);
      wire.enter(numbered(i), entered);
      const Duration took = wire.next_deadline() - entered;
      wire.leave(wire.next_deadline());
      bounds = bounds && took >= 8ms && took <= 12ms;
      sum += to_seconds(took);
      early += took < 9ms;
    }
    const double deviation = 0.004 / std::sqrt(12) / std::sqrt(kFrames);
    return bounds && within(sum / kFrames, 0.010, deviation) && share_is(early, kFrames, 0.25);
  };
  BOOST_TEST(question(2ms));
  BOOST_TEST(!question(1900us));
  BOOST_TEST(!question(2100us));
}

BOOST_AUTO_TEST_CASE(jitter_keeps_the_order_which_reorder_does_not) {
  holds_for(
      [](auto& i) {
        i.delay = 10ms;
        i.jitter = 10ms;
      },
      [](auto& i) {
        i.delay = 10ms;
        i.reorder = 0.001;
      },
      in_order);
}

BOOST_AUTO_TEST_CASE(the_share_that_overtakes) {
  const auto undelayed = [](const Run& run) {
    uint64_t count = 0;
    for (const auto& arrival : run.out) count += arrival.at == Run::entered(arrival.number);
    return run.out.size() == kFrames && share_is(count, kFrames, 0.03);
  };
  const auto reorders = [](double share) {
    return [share](Impairments& i) {
      i.delay = 50us;
      i.reorder = share;
    };
  };
  holds_for(reorders(0.03), reorders(0.035), undelayed);
}

BOOST_AUTO_TEST_CASE(the_rate_that_comes_out) {
  // 60 bytes each microsecond are 480 Mbit/s, into 100: the last of what came through leaves when
  // all of it has been sent, exactly, but for the first frame's way.
  const auto slow = [](uint64_t rate) {
    return [rate](Impairments& i) {
      i.rate = rate;
      i.queue = 50;
    };
  };
  holds_for(slow(100'000'000), slow(101'000'000), [](const Run& run) {
    const Duration took = run.out.back().at - Run::entered(0);
    const double bits = static_cast<double>(run.out.size()) * 480;
    return std::abs(bits / to_seconds(took) / 1e8 - 1) < 1e-6;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::fabric::test
