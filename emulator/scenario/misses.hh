#pragma once
// What a failed check shows beside its verdict: every near miss with what was wrong about it, and
// the frames around the first.

#include <string>
#include <vector>

#include "emulator/scenario/study.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::scenario {

// "1.000123 router:eth0 received IP 192.168.43.69:49152 > 192.168.1.219:80 TCP [S] ..."
std::string frame_line(const Study& study, size_t frame);

// The frame and up to `margin` on each side of it, the frame itself marked with ">".
std::vector<std::string> frames_around(const Study& study, size_t frame, size_t margin = 4);

class Misses {
 public:
  void add(size_t frame, std::vector<std::string> why) { all_.push_back({frame, std::move(why)}); }
  bool empty() const { return all_.empty(); }
  size_t size() const { return all_.size(); }
  // Those with fewest faults first: for a frame that was looked for and not found.
  void nearest_first();
  // At most kShown of them, and how many more there are.
  std::vector<std::string> lines(const Study& study) const;
  size_t first_frame() const { return all_.front().frame; }  // not empty

  static constexpr size_t kShown = 24;

 private:
  struct Miss {
    size_t frame;
    std::vector<std::string> why;
  };
  std::vector<Miss> all_;
};

Verdict pass(std::string found);
// Details: expected, found, the near misses, the frames around the first of them (without any: the
// step's first frames).
Verdict fail(const Study& study, std::string expected, std::string found,
             const Misses& misses = {});

// "1 packet", "3 packets"
std::string count_of(size_t count, const std::string& what);
std::string joined(const std::vector<std::string>& items, const std::string& between);

}  // namespace lvslab::scenario
