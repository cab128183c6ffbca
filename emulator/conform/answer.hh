#pragma once
// What one side answered to each event of a case, and its form on the way from the guest.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/conform/case.hh"

namespace lvslab::conform {

struct SentFrame {
  uint32_t port = 0;
  std::vector<uint8_t> bytes;
  friend bool operator==(const SentFrame&, const SentFrame&) = default;
};

struct Answer {
  std::vector<SentFrame> frames;  // in order, up to the next event
  bool refused = false;           // rule, load, sysctl, listing
  std::string text;               // of a listing; of a refusal
};

struct Answers {
  std::vector<Answer> events;  // one for each of the case
  // How much later than the case says an event happened, at most: only where time is real.
  Duration late{};
  std::string problem;  // why it could not be played; then events are incomplete
};

std::string encode(const std::vector<Answers>& all);
// Throws std::runtime_error for text that encode() did not make.
std::vector<Answers> decode_answers(std::string_view text);

}  // namespace lvslab::conform
