// Expectations on what the clients got, whatever the frames on the way: how soon, and how often.

#include "emulator/topology/parts.hh"
#include "emulator/topology/quantities.hh"

namespace lvslab::topology {

namespace {

// At `most`, when both were read and nothing lies between them.
template <class Bound>
void check_bounds(const std::optional<Value>& most, const Bound& low, const Bound& high) {
  if (most && high < low) most->wrong("'most' is below 'least': nothing lies between them");
}

bool says_something(const Value& value, const Mapping& keys) {
  if (value.is_mapping() && keys.entries().empty())
    value.wrong(value.called() + " names no bound: 'least', 'most' or both");
  return !keys.entries().empty();
}

}  // namespace

std::optional<ExpectLatency> read_latency(const Value& value) {
  const Mapping keys(value, kLatency);
  if (!says_something(value, keys)) return {};
  ExpectLatency expected;
  const auto least = keys.find("least"), most = keys.find("most");
  if (least) expected.least = read_span(*least).value_or(expected.least);
  if (most) expected.most = read_span(*most).value_or(expected.most);
  check_bounds(most, expected.least, expected.most);
  return expected;
}

std::optional<ExpectAnswered> read_answered(const Value& value) {
  const Mapping keys(value, kAnswered);
  if (!says_something(value, keys)) return {};
  ExpectAnswered expected;
  const auto least = keys.find("least"), most = keys.find("most");
  if (least) expected.least = read_share(*least).value_or(expected.least);
  if (most) expected.most = read_share(*most).value_or(expected.most);
  check_bounds(most, expected.least, expected.most);
  return expected;
}

}  // namespace lvslab::topology
