#include <algorithm>
#include <charconv>

#include "emulator/scenario/fields.hh"
#include "emulator/topology/field_names.hh"

namespace lvslab::scenario {

namespace {

struct Alias {
  std::string_view word;
  unsigned value;
};
constexpr Alias kEthertypes[] = {{"ipv4", 0x0800}, {"arp", 0x0806}, {"ipv6", 0x86dd}};
constexpr Alias kProtocols[] = {{"icmp", 1}, {"ipip", 4},  {"tcp", 6},
                                {"udp", 17}, {"ipv6", 41}, {"icmpv6", 58}};
constexpr Alias kOperations[] = {{"request", 1}, {"reply", 2}};
constexpr Alias kBooleans[] = {{"no", 0}, {"false", 0}, {"yes", 1}, {"true", 1}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Decimal, or hexadecimal after 0x.
std::optional<std::string> number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return std::to_string(value);
}

template <size_t n>
std::optional<std::string> word_or_number(const Alias (&aliases)[n], std::string_view text) {
  const std::string word = lower(text);
  for (const Alias& alias : aliases)
    if (alias.word == word) return std::to_string(alias.value);
  return number(text);
}

std::optional<std::string> boolean(std::string_view text) {
  const auto value = word_or_number(kBooleans, text);
  if (value != "0" && value != "1") return {};
  return value;
}

std::optional<std::string> flags(std::string_view text) {
  if (text.empty() || lower(text) == "none") return "none";
  constexpr std::string_view kOrder = topology::kTcpFlagLetters;
  std::string sorted(text);
  for (char& c : sorted) c = c == '.' ? 'A' : c;  // tcpdump's sign for ACK
  if (sorted.find_first_not_of(kOrder) != std::string::npos) return {};
  std::sort(sorted.begin(), sorted.end(),
            [&](char a, char b) { return kOrder.find(a) < kOrder.find(b); });
  return sorted;
}

std::optional<std::string> mac(std::string_view text) {
  const auto parsed = wire::parse_mac(text);
  if (!parsed) return {};
  return wire::to_string(*parsed);
}

std::optional<std::string> address(std::string_view text) {
  const auto parsed = wire::IpAddress::parse(text);
  if (!parsed) return {};
  return parsed->to_string();
}

}  // namespace

std::optional<std::string> canonical(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::mac:
      return mac(text);
    case Kind::address:
      return address(text);
    case Kind::number:
    case Kind::hexadecimal:
      return number(text);
    case Kind::boolean:
      return boolean(text);
    case Kind::flags:
      return flags(text);
    case Kind::ethertype:
      return word_or_number(kEthertypes, text);
    case Kind::protocol:
      return word_or_number(kProtocols, text);
    case Kind::operation:
      return word_or_number(kOperations, text);
    case Kind::text:
      return std::string(text);
  }
  return {};
}

namespace {

// A letter that is there twice is in no frame.
std::optional<Value> flag_bits(std::string_view letters) {
  if (letters == "none") return uint64_t{0};
  if (std::adjacent_find(letters.begin(), letters.end()) != letters.end()) return {};
  uint64_t bits = 0;
  for (const char letter : letters) bits |= uint64_t{1} << kFlagBits.find(letter);
  return bits;
}

}  // namespace

Value value_of(const wire::Mac& mac) {
  uint64_t number = 0;
  for (const uint8_t byte : mac) number = number << 8 | byte;
  return number;
}

std::optional<Value> value_of(Kind kind, std::string_view text) {
  if (kind == Kind::text) return std::string(text);
  if (kind == Kind::address) {
    const auto parsed = wire::IpAddress::parse(text);
    return parsed ? std::optional<Value>(*parsed) : std::nullopt;
  }
  if (kind == Kind::mac) {
    const auto parsed = wire::parse_mac(text);
    return parsed ? std::optional<Value>(value_of(*parsed)) : std::nullopt;
  }
  const auto plain = canonical(kind, text);
  if (!plain) return {};
  if (kind == Kind::flags) return flag_bits(*plain);
  return uint64_t{std::stoull(*plain)};
}

}  // namespace lvslab::scenario
