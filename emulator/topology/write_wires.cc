// Impairments as the file writes them.

#include <array>
#include <cmath>
#include <cstdio>

#include "emulator/topology/model.hh"
#include "emulator/topology/quantities.hh"

namespace lvslab::topology {

namespace {

// In the largest unit that keeps it whole; the file knows no nanoseconds.
std::string text_of(Duration span) {
  const auto us = span.count() / 1000;
  if (us % 1'000'000 == 0) return std::to_string(us / 1'000'000) + "s";
  if (us % 1000 == 0) return std::to_string(us / 1000) + "ms";
  return std::to_string(us) + "us";
}

std::string share_text(double share) {
  const auto millionths = static_cast<uint32_t>(std::lround(share * kWhole));
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%u.%04u", millionths / 10'000, millionths % 10'000);
  std::string shorter = text.data();
  shorter.resize(shorter.find_last_not_of('0') + 1);
  if (shorter.ends_with('.')) shorter.pop_back();
  return shorter + "%";
}

std::string rate_text(uint64_t rate) {
  if (rate % 1'000'000'000 == 0) return std::to_string(rate / 1'000'000'000) + "Gbit";
  if (rate % 1'000'000 == 0) return std::to_string(rate / 1'000'000) + "Mbit";
  if (rate % 1000 == 0) return std::to_string(rate / 1000) + "kbit";
  return std::to_string(rate) + "bit";
}

}  // namespace

std::string to_string(const wire::Impairments& impairments) {
  const wire::Impairments perfect;
  if (impairments.cut) return "cut";
  std::string text;
  const auto add = [&](const char* key, const std::string& value) {
    text += (text.empty() ? "" : ", ") + std::string(key) + ": " + value;
  };
  const auto add_share = [&](const char* key, double share) {
    if (share > 0) add(key, share_text(share));
  };
  const auto add_span = [&](const char* key, Duration span) {
    if (span > Duration::zero()) add(key, text_of(span));
  };
  add_span("delay", impairments.delay);
  add_span("jitter", impairments.jitter);
  add_share("loss", impairments.loss);
  if (impairments.burst != perfect.burst)
    add("burst", "{enter: " + share_text(impairments.burst.enter) +
                     ", leave: " + share_text(impairments.burst.leave) + "}");
  add_share("duplicate", impairments.duplicate);
  add_share("reorder", impairments.reorder);
  add_share("corrupt", impairments.corrupt);
  if (impairments.corrupt_at) add("corrupt-at", std::to_string(*impairments.corrupt_at));
  if (impairments.rate > 0) add("rate", rate_text(impairments.rate));
  if (impairments.queue != perfect.queue) add("queue", std::to_string(impairments.queue));
  if (impairments.mtu > 0) add("mtu", std::to_string(impairments.mtu));
  return "{" + text + "}";
}

}  // namespace lvslab::topology
