#pragma once
// From a value of the file to a quantity: spans of time, shares, rates. As scalars.hh: a mistake,
// and nothing, when the value is something else.

#include <cstdint>
#include <optional>

#include "emulator/base/time.hh"
#include "emulator/topology/document.hh"

namespace lvslab::topology {

std::optional<Duration> read_span(const Value& value);  // "500us", "10ms", "2s": 1us to 600s
// In millionths, so that shares compare exactly: "1%" is 10000, "0.0001%" is 1.
std::optional<uint32_t> read_share(const Value& value, uint32_t least = 0);
inline constexpr uint32_t kWhole = 1'000'000;
std::optional<uint64_t> read_rate(const Value& value);  // bit/s: "1000bit", "10Mbit"; at most 1000G

}  // namespace lvslab::topology
