#pragma once
// What `ipvsadm -L --stats` and `--rate` show of a service or server: counters as they were at the
// last sample, and rates as an average over the samples, in IPVS's fixed point. Who counts and when
// it is time to sample is the owner's: one Sampling for all estimators of a director, which samples
// them all every two seconds from its start on; while vs.run_estimation is 0 it samples nothing,
// so that --stats stands still too.
//
// Worked example: 160 datagrams of 80 bytes at once are 12,800 bytes. The next sample takes them as
// 6,400 bytes a second; a quarter of it is InBPS 1600. Without more of them the following ones show
// 1200, 900, 675, 506 ...
//
// Source: Linux 6.1, net/netfilter/ipvs; all estimators of a network namespace share its timer.

#include <algorithm>
#include <cstdint>

#include "emulator/base/time.hh"
#include "emulator/ipvs/status.hh"

namespace lvslab::director {

inline constexpr Duration kSamplingPeriod = std::chrono::seconds(2);

class Estimator {
 public:
  // total: everything ever counted; never less than at the last call.
  void sample(const ipvs::Counters& total) {
    connections_.sample(total.connections, seen_.connections);
    packets_in_.sample(total.packets_in, seen_.packets_in);
    packets_out_.sample(total.packets_out, seen_.packets_out);
    bytes_in_.sample(total.bytes_in, seen_.bytes_in);
    bytes_out_.sample(total.bytes_out, seen_.bytes_out);
    seen_ = total;
  }

  // -Z: what the last sample saw is the new zero, so what was counted since then shows up at the
  // next one. The counters that sample() is given go on.
  void zero() {
    zero_ = seen_;
    connections_ = packets_in_ = packets_out_ = Rate(kPacketShift);
    bytes_in_ = bytes_out_ = Rate(kByteShift);
  }

  // --stats
  ipvs::Counters counters() const {
    return {seen_.connections - zero_.connections, seen_.packets_in - zero_.packets_in,
            seen_.packets_out - zero_.packets_out, seen_.bytes_in - zero_.bytes_in,
            seen_.bytes_out - zero_.bytes_out};
  }
  // --rate
  ipvs::Rates rates() const {
    return {connections_.per_second(), packets_in_.per_second(), packets_out_.per_second(),
            bytes_in_.per_second(), bytes_out_.per_second()};
  }

 private:
  // Fraction bits of an average.
  static constexpr unsigned kPacketShift = 10;  // connections and packets
  static constexpr unsigned kByteShift = 5;

  class Rate {
   public:
    explicit Rate(unsigned shift) : shift_(shift) {}
    void sample(uint64_t now, uint64_t before) {
      // One bit less of shift: the difference is that of two seconds.
      const auto rate = static_cast<int64_t>((now - before) << (shift_ - 1));
      average_ += (rate - average_) >> 2;
    }
    // Rounded up from just above the half.
    uint32_t per_second() const {
      const int64_t half = (int64_t{1} << (shift_ - 1)) - 1;
      return static_cast<uint32_t>(std::min<int64_t>((average_ + half) >> shift_, UINT32_MAX));
    }

   private:
    unsigned shift_;
    int64_t average_ = 0;
  };

  ipvs::Counters seen_, zero_;
  Rate connections_{kPacketShift}, packets_in_{kPacketShift}, packets_out_{kPacketShift};
  Rate bytes_in_{kByteShift}, bytes_out_{kByteShift};
};

// When to sample: at whole multiples of the period after `start`.
class Sampling {
 public:
  explicit Sampling(Time start) : next_(start + kSamplingPeriod) {}

  Time next() const { return next_; }
  // The samples due by now; each of them is one call of Estimator::sample() for every estimator.
  // Their number is bounded by what matters: beyond kMost all rates are 0 anyway.
  unsigned due(Time now) {
    if (now < next_) return 0;
    const auto missed = (now - next_) / kSamplingPeriod + 1;
    next_ += missed * kSamplingPeriod;
    return static_cast<unsigned>(std::min<int64_t>(missed, kMost));
  }

 private:
  static constexpr int64_t kMost = 256;  // (3/4)^256 < 2^-106
  Time next_;
};

}  // namespace lvslab::director
