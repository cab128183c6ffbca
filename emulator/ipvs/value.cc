#include "emulator/ipvs/value.hh"

#include <arpa/inet.h>

#include <algorithm>

namespace lvslab::ipvs {

namespace {

std::optional<uint64_t> decimal(std::string_view digits) {
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty()) return {};
  constexpr uint64_t kBeyondAll = uint64_t{1} << 40;
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {};
    value = std::min(value * 10 + static_cast<uint64_t>(c - '0'), kBeyondAll);
  }
  return value;
}

std::string comma_list(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

IpAddress read_ip(const Word& word, std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address)
    refuse(word, quoted(text) + " is not an IPv4 or IPv6 address (names are not looked up)");
  return *address;
}

// What stands in brackets is IPv6 and a port follows.
Address read_bracketed(const Word& word) {
  const size_t close = word.text.find(']');
  const bool closed = word.text.front() == '[' && close != std::string_view::npos;
  if (!closed) refuse(word, quoted(word.text) + " has unpaired brackets: write [ADDRESS]:PORT");
  const IpAddress address = read_ip(word, word.text.substr(1, close - 1));
  const std::string_view rest = word.text.substr(close + 1);
  if (address.is_v4())
    refuse(word, quoted(word.text) + ": brackets are for IPv6; write " + address.to_string() +
                     (rest.empty() ? "" : std::string(rest)));
  if (rest.size() < 2 || rest.front() != ':')
    refuse(word, quoted(word.text) + " has brackets but no port: write [" + address.to_string() +
                     "]:PORT or " + address.to_string());
  const uint32_t port = read_number({rest.substr(1), word.column + close + 2}, "port", 0, 65535);
  return {address, static_cast<uint16_t>(port)};
}

}  // namespace

uint32_t read_number(const Word& word, std::string_view what, uint32_t least, uint32_t most) {
  const auto value = decimal(word.text);
  if (!value || *value < least || *value > most)
    refuse(word, std::string(what) + " " + quoted(word.text) + " is not a number from " +
                     std::to_string(least) + " to " + std::to_string(most));
  return static_cast<uint32_t>(*value);
}

Address read_address(const Word& word) {
  if (word.text.find_first_of("[]") != std::string_view::npos) return read_bracketed(word);
  const size_t colon = word.text.find(':');
  const bool v4_with_port = colon != std::string_view::npos && colon == word.text.rfind(':');
  if (!v4_with_port) return {read_ip(word, word.text), {}};
  const IpAddress address = read_ip(word, word.text.substr(0, colon));
  const Word port{word.text.substr(colon + 1), word.column + colon + 1};
  return {address, static_cast<uint16_t>(read_number(port, "port", 0, 65535))};
}

uint32_t read_netmask(const Word& word) {
  in_addr mask{};
  if (inet_aton(std::string(word.text).c_str(), &mask) == 0)
    refuse(word, "netmask " + quoted(word.text) + " is not one: write it as 255.255.255.0");
  return ntohl(mask.s_addr);
}

Scheduler read_scheduler(const Word& word) {
  if (const auto scheduler = scheduler_named(word.text)) return *scheduler;
  const auto near = nearest(word.text, scheduler_names());
  refuse(word, "unknown scheduler " + quoted(word.text) +
                   (near ? ": did you mean " + std::string(*near) + "?"
                         : ": there are " + comma_list(scheduler_names())));
}

SchedulerFlags read_flags(const Word& word, Scheduler scheduler) {
  const FlagNames generic;
  const FlagNames own = flag_names(scheduler);
  SchedulerFlags flags;
  for (size_t at = 0; at < word.text.size();) {
    const size_t comma = std::min(word.text.find(',', at), word.text.size());
    const std::string_view name = word.text.substr(at, comma - at);
    if (name == own.fallback || name == generic.fallback)
      flags.fallback = true;
    else if (name == own.port || name == generic.port)
      flags.port = true;
    else if (name == own.third)
      flags.third = true;
    else if (!name.empty())
      refuse({name, word.column + at}, quoted(name) + " is no flag of scheduler " +
                                           std::string(name_of(scheduler)) + ": it takes " +
                                           comma_list({own.fallback, own.port, own.third}));
    at = comma + 1;
  }
  return flags;
}

TunnelType read_tunnel_type(const Word& word) {
  if (word.text == "ipip") return TunnelType::ipip;
  if (word.text == "gue") return TunnelType::gue;
  if (word.text == "gre") return TunnelType::gre;
  refuse(word, "unknown tunnel type " + quoted(word.text) + ": there are ipip, gue, gre");
}

}  // namespace lvslab::ipvs
