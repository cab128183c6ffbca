// How soon the clients were answered, and how often: their own word, which no frame can give.

#include <algorithm>
#include <array>
#include <cstdio>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"

namespace lvslab::scenario {

namespace {

constexpr uint64_t kMillionths = 1'000'000;
constexpr size_t kShown = 32;

template <class... Numbers>
std::string format(const char* pattern, Numbers... numbers) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, numbers...);
  return text.data();
}

std::string milliseconds(Duration span) {
  return format("%.3f ms", to_seconds(span) * 1e3);
}

std::string exchange_line(const Exchange& exchange) {
  return "  " + exchange.client.to_string() + " > " + exchange.target.to_string() + ": " +
         std::string(name_of(exchange.outcome)) + " after " + milliseconds(exchange.took);
}

bool is_answered(const Exchange& exchange) {
  return exchange.outcome == Outcome::answered;
}

// With those exchanges listed that were otherwise than expected.
template <class Wrong>
Verdict fail_with(const Study& study, const std::string& expected, const std::string& found,
                  Wrong is_wrong) {
  std::vector<std::string> lines = {"the requests that were otherwise:"};
  size_t wrong = 0;
  for (const Exchange& exchange : study.exchanges())
    if (is_wrong(exchange) && ++wrong <= kShown) lines.push_back(exchange_line(exchange));
  if (wrong > kShown) lines.push_back("  and " + std::to_string(wrong - kShown) + " more");
  Verdict verdict = fail(study, expected, found);
  if (wrong > 0) verdict.details.insert(verdict.details.begin() + 2, lines.begin(), lines.end());
  return verdict;
}

std::string bounds_of(const topology::ExpectLatency& expected) {
  const std::string least = "after " + milliseconds(expected.least) + " at least";
  const std::string most = "within " + milliseconds(expected.most);
  if (expected.most == Duration::max()) return least;
  return expected.least == Duration::zero() ? most : least + " and " + most;
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectLatency& expected) {
  size_t count = 0;
  Duration shortest = Duration::max(), longest{};
  for (const Exchange& exchange : study.exchanges()) {
    if (!is_answered(exchange)) continue;
    ++count;
    shortest = std::min(shortest, exchange.took);
    longest = std::max(longest, exchange.took);
  }
  const auto outside = [&](const Exchange& exchange) {
    return is_answered(exchange) &&
           (exchange.took < expected.least || exchange.took > expected.most);
  };
  const std::string found = count == 0
                                ? "no answer"
                                : count_of(count, "answer") + " after " + milliseconds(shortest) +
                                      (count == 1 ? "" : " to " + milliseconds(longest));
  const bool right = shortest >= expected.least && longest <= expected.most;
  if (count > 0 && right) return pass(found);
  return fail_with(study, "every answer " + bounds_of(expected), found, outside);
}

Verdict judge(const Study& study, const topology::ExpectAnswered& expected) {
  const auto& all = study.exchanges();
  const auto answered = static_cast<uint64_t>(std::count_if(all.begin(), all.end(), is_answered));
  const double percent =
      all.empty() ? 0 : 100.0 * static_cast<double>(answered) / static_cast<double>(all.size());
  const std::string found = std::to_string(answered) + " of " + count_of(all.size(), "request") +
                            " answered" + (all.empty() ? "" : format(", %.4g%%", percent));
  const uint64_t share = answered * kMillionths;
  if (!all.empty() && share >= expected.least * all.size() && share <= expected.most * all.size())
    return pass(found);
  const bool few = share < expected.least * all.size();
  const std::string wanted = format("%.4g%% to %.4g%% of all requests answered",
                                    expected.least / 1e4, expected.most / 1e4);
  return fail_with(study, wanted, found,
                   [&](const Exchange& exchange) { return is_answered(exchange) != few; });
}

}  // namespace lvslab::scenario
