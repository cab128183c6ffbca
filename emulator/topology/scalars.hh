#pragma once
// From a value of the file to a value of the model. Each function records a mistake and returns
// nothing when the value is something else.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/topology/document.hh"

namespace lvslab::topology {

std::optional<uint32_t> read_number(const Value& value, uint32_t least, uint32_t most);
std::optional<bool> read_flag(const Value& value);  // true or false
// "500ms", "2s": from 1 ms on.
std::optional<std::chrono::milliseconds> read_duration(
    const Value& value, std::chrono::seconds longest = std::chrono::seconds(600));
std::optional<IpAddress> read_address(const Value& value);
std::optional<Prefix> read_subnet(const Value& value);  // no host bits set
// An address with or without a prefix length: without, length is nothing.
struct AddressOrPrefix {
  IpAddress address;
  std::optional<unsigned> length;
};
std::optional<AddressOrPrefix> read_address_or_prefix(const Value& value);
std::optional<Endpoint> read_endpoint(const Value& value);
std::optional<Mac> read_mac(const Value& value);  // of one station
// The index of the word in its table, which is the number of the enumerator.
std::optional<size_t> read_word(const Value& value, const WordTable& table);
std::optional<IdentityService> read_transport_port(const Value& value);  // "tcp/80"
std::vector<std::string> read_words(const Value& value);  // a command: [nginx, -g, daemon off;]
std::vector<Rule> read_rules(const Value& value);         // text with a rule a line, or a list

// A name as hosts, networks and labs have it.
bool read_name(const std::string& name, Place place, std::string_view what, Document& document);

template <class Enum>
std::optional<Enum> read_enum(const Value& value, const WordTable& table) {
  const auto index = read_word(value, table);
  if (!index) return {};
  return static_cast<Enum>(*index);
}

}  // namespace lvslab::topology
