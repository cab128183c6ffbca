// What wires do to a lab's frames, read from its evidence: on this kernel, over TAP, as in memory.
// Shares are held against their parameters within four deviations, and must not fit others.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include "emulator/lab/lab.hh"
#include "emulator/topology/reader.hh"
#include "tests/unit/kernel/support.hh"

using namespace lvslab;
using namespace std::chrono_literals;
using fabric::Direction;
using kernel::test::expect;
using wire::Impairments;

namespace {

constexpr std::string_view kLab = R"(name: wire
networks: {lan: 192.0.2.0/24}
hosts:
  client:
    role: client
    interfaces: {eth0: {network: lan, address: 192.0.2.69, mac: 02:00:5e:00:53:01}}
  director:
    role: director
    interfaces: {eth0: {network: lan, address: 192.0.2.11, mac: 02:00:5e:00:53:02}}
scenario:
  - step: wires that steps change
    wire: {of: "client:eth0", delay: 1ms}
  - step: the other's
    wire: {of: "director:eth0", delay: 1ms}
)";

constexpr uint32_t kFrames = 2000;
constexpr size_t kSize = 100;  // bytes

// To the director, of the ethertype for local experiments (IEEE 802), with its number thrice: one
// wrong bit leaves two of them right.
std::vector<uint8_t> numbered(uint32_t number) {
  std::vector<uint8_t> frame = {0x02, 0, 0x5e, 0, 0x53, 2, 0x02, 0, 0x5e, 0, 0x53, 1, 0x88, 0xb5};
  for (int copy = 0; copy < 3; ++copy)
    for (int shift = 24; shift >= 0; shift -= 8)
      frame.push_back(static_cast<uint8_t>(number >> shift));
  frame.resize(kSize);
  return frame;
}

uint32_t number_of(const std::vector<uint8_t>& bytes) {
  uint32_t copies[3] = {};
  for (size_t i = 0; i < 12; ++i) copies[i / 4] = copies[i / 4] << 8 | bytes[14 + i];
  const auto [a, b, c] = copies;
  return (a & b) | (a & c) | (b & c);
}

int wrong_bits(const std::vector<uint8_t>& bytes, uint32_t number) {
  const auto right = numbered(number);
  int wrong = 0;
  for (size_t i = 0; i < right.size(); ++i)
    wrong += std::popcount(static_cast<unsigned>(bytes[i] ^ right[i]));
  return wrong;
}

struct Arrival {
  uint32_t number = 0;  // of the frame that it was when it was sent
  Duration took{};
  int wrong_bits = 0;
};

class Wired {
 public:
  Wired(lab::Where where, bool receivers)
      : receivers_(receivers), topology_(topology::load_text(kLab, "wire.yaml").topology) {
    options_.on = where;
    lab_ = where == lab::Where::sim ? lab::make_sim_lab(topology_, options_)
                                    : lab::make_live_lab(topology_, options_);
  }

  // Over a wire that is the sender's, or the receiver's.
  std::vector<Arrival> send(const Impairments& to, uint32_t frames = kFrames) {
    using topology::SetWires;
    perform(SetWires{SetWires::Deed::change,
                     {{"client", "eth0", {receivers_ ? Impairments() : to, {}}},
                      {"director", "eth0", {{}, receivers_ ? to : Impairments()}}}});
    topology::SendFrames send{"client", "eth0", {}};
    for (uint32_t i = 0; i < frames; ++i) send.frames.push_back(numbered(i));
    return arrivals(perform(send), frames);
  }

 private:
  scenario::StepRecord perform(const topology::Action& action) {
    topology::Step step;
    step.action = action;
    return lab_->perform(step);
  }

  std::vector<Arrival> arrivals(const scenario::StepRecord& record, uint32_t frames) {
    const auto& evidence = lab_->evidence();
    std::vector<Time> sent;
    std::vector<Arrival> all;
    for (size_t i = record.first_sighting; i < record.end_sighting; ++i) {
      const auto& seen = evidence.sightings[i];
      if (seen.bytes.size() != kSize) continue;
      const bool at_client = evidence.ports[seen.port].host == "client";
      if (at_client && seen.direction == Direction::sent) sent.push_back(seen.at);
      if (at_client) continue;
      const uint32_t number = number_of(seen.bytes);
      expect(number < sent.size(), "a frame that comes is one that was sent");
      all.push_back({number, seen.at - sent[number], wrong_bits(seen.bytes, number)});
    }
    expect(sent.size() == frames, "every frame is seen as it is sent");
    return all;
  }

  const bool receivers_;
  topology::Topology topology_;
  lab::Options options_;
  std::unique_ptr<lab::Lab> lab_;
};

bool share_is(size_t part, size_t of, double share, double stretch = 1) {
  const auto all = static_cast<double>(of);
  const double deviation = stretch * std::sqrt(share * (1 - share) / all);
  return std::abs(static_cast<double>(part) / all - share) < 4 * deviation;
}

void expect_share(size_t part, size_t of, double right, double wrong, const std::string& what,
                  double stretch = 1) {
  const std::string counted = what + ": " + std::to_string(part) + " of " + std::to_string(of);
  expect(share_is(part, of, right, stretch), counted + " is " + std::to_string(right));
  expect(!share_is(part, of, wrong, stretch), counted + " is not " + std::to_string(wrong));
}

template <class Test>
size_t count(const std::vector<Arrival>& arrivals, Test test) {
  return static_cast<size_t>(std::count_if(arrivals.begin(), arrivals.end(), test));
}

bool in_order(const std::vector<Arrival>& arrivals) {
  return std::is_sorted(arrivals.begin(), arrivals.end(),
                        [](auto& a, auto& b) { return a.number < b.number; });
}

void shares(Wired& wired) {
  expect(wired.send({}).size() == kFrames, "a perfect wire loses nothing");

  Impairments to;
  to.loss = 0.2;
  expect_share(kFrames - wired.send(to).size(), kFrames, 0.2, 0.3, "lost");

  // Frames n apart are alike by (1 - enter - leave)^n, which widens the share's deviation.
  to = {};
  to.burst = {0.05, 0.25};
  expect_share(kFrames - wired.send(to).size(), kFrames, 1.0 / 6, 0.5, "lost in bursts",
               std::sqrt(1.7 / 0.3));

  to = {};
  to.duplicate = 0.1;
  expect_share(wired.send(to).size() - kFrames, kFrames, 0.1, 0.2, "come twice");

  to = {};
  to.corrupt = 0.1;
  const auto damaged = wired.send(to);
  expect_share(count(damaged, [](auto& one) { return one.wrong_bits == 1; }), kFrames, 0.1, 0.2,
               "have a wrong bit");
  expect(in_order(damaged), "damage changes no order");

  to = {};
  to.cut = true;
  expect(wired.send(to, 50).empty(), "nothing passes a wire that is cut");
  to = {};
  to.mtu = kSize - 15;  // one byte less than there is behind the Ethernet header
  expect(wired.send(to, 50).empty(), "nothing passes that is larger than the MTU");
  to.mtu += 1;
  expect(wired.send(to, 50).size() == 50, "what is as large as the MTU passes");
}

// Kernel time stamps on both sides; a busy machine adds to what a wire takes and takes away
// nothing.
constexpr Duration kStamp = 100us;
constexpr Duration kBusy = 250ms;

void times(Wired& wired) {
  Impairments to;
  to.delay = 20ms;
  const auto late = wired.send(to, 200);
  expect(late.size() == 200 && in_order(late), "all arrive, in order");
  for (const auto& one : late)
    expect(one.took > 20ms - kStamp && one.took < 20ms + kBusy, "a delay of 20 ms");

  to.jitter = 10ms;
  expect(in_order(wired.send(to, 200)), "jitter alone reorders nothing");
  // One by one: behind another a frame may have to wait for it.
  std::vector<Duration> took;
  for (int i = 0; i < 12; ++i) took.push_back(wired.send(to, 1).at(0).took);
  const auto [least, most] = std::minmax_element(took.begin(), took.end());
  expect(*least > 10ms - kStamp && *most < 30ms + kBusy, "10 to 30 ms");
  expect(*most - *least > 1ms, "not all take as long");

  to = {};
  to.delay = 20ms;
  to.reorder = 0.2;
  const auto mixed = wired.send(to, 500);
  expect(!in_order(mixed), "some overtake");
  expect_share(count(mixed, [](auto& one) { return one.took < 20ms - kStamp; }), 500, 0.2, 0.4,
               "are not delayed");

  // 100 frames of 800 bits at 100 kbit/s, all there at once: the last is off after 800 ms.
  to = {};
  to.rate = 100'000;
  const auto slow = wired.send(to, 100);
  expect(slow.size() == 100, "a queue of 1000 drops none of 100");
  expect(slow.back().took > 700ms && slow.back().took < 800ms + kBusy, "8 ms a frame");
  to.queue = 10;
  expect(wired.send(to, 100).size() < 20, "a queue of 10 drops most of a burst");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wires)

// Where frames are sent one by one: fabric's own tests hold times and order against virtual time.
BOOST_AUTO_TEST_CASE(in_memory) {
  kernel::test::in_child([] {
    for (const bool receivers : {false, true}) {
      Wired wired(lab::Where::sim, receivers);
      shares(wired);
    }
  });
}

BOOST_AUTO_TEST_CASE(on_this_kernel) {
  const auto work = [] {
    for (const bool receivers : {false, true}) {
      Wired wired(lab::Where::netns, receivers);
      shares(wired);
      times(wired);
    }
  };
  kernel::test::in_child(work, 60s);
}

BOOST_AUTO_TEST_SUITE_END()
