#include "emulator/topology/scalars.hh"

#include <algorithm>
#include <charconv>

#include "emulator/ipvs/language.hh"
#include "emulator/topology/nearest.hh"

namespace lvslab::topology {

namespace {

std::optional<uint32_t> whole_number(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// Records a mistake for every rule the language refuses; a comment or an empty line is no rule.
void read_rule(std::string_view line, Place place, Document& document, std::vector<Rule>& rules) {
  const size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] == '#') return;
  line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
  place.column += static_cast<int>(first);
  try {
    rules.push_back({std::string(line), ipvs::parse(line), place});
  } catch (const ipvs::RuleError& error) {
    const int column = place.column + static_cast<int>(error.column()) - 1;
    document.gaps.rules = true;
    document.mistake({place.line, column},
                     "ipvsadm refuses this rule: " + std::string(error.what()));
  }
}

}  // namespace

std::optional<uint32_t> read_number(const Value& value, uint32_t least, uint32_t most) {
  const std::string wanted =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto text = value.text(wanted);
  if (!text) return {};
  const auto number = whole_number(*text);
  if (number && *number >= least && *number <= most) return number;
  value.wants(wanted);
  return {};
}

std::optional<bool> read_flag(const Value& value) {
  const auto text = value.text("true or false");
  if (!text) return {};
  if (*text == "true") return true;
  if (*text == "false") return false;
  value.wants("true or false");
  return {};
}

std::optional<std::chrono::milliseconds> read_duration(const Value& value,
                                                       std::chrono::seconds longest) {
  const std::string wanted =
      "a time of 1ms to " + std::to_string(longest.count()) + "s, as 500ms or 2s";
  const auto text = value.text(wanted);
  if (!text) return {};
  const std::string_view digits =
      std::string_view(*text).substr(0, text->find_first_not_of("0123456789"));
  const std::string_view unit = std::string_view(*text).substr(digits.size());
  const auto number = whole_number(digits);
  const uint32_t scale = unit == "ms" ? 1 : unit == "s" ? 1000 : 0;
  if (!number || scale == 0 || *number == 0 ||
      std::chrono::milliseconds(int64_t{*number} * scale) > longest) {
    value.wants(wanted);
    return {};
  }
  return std::chrono::milliseconds(*number * scale);
}

std::optional<IpAddress> read_address(const Value& value) {
  constexpr std::string_view kWanted = "an address, as 192.168.1.219";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const auto address = IpAddress::parse(*text);
  if (!address) value.wants(kWanted);
  return address;
}

std::optional<Prefix> read_subnet(const Value& value) {
  constexpr std::string_view kWanted = "a network with its prefix length, as 192.168.1.0/24";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const auto prefix = Prefix::parse(*text);
  if (!prefix) {
    value.wants(kWanted);
    return {};
  }
  const Prefix whole{prefix->network(), prefix->length};
  if (whole != *prefix) {
    value.wrong(value.called() + ": '" + *text +
                "' has bits set beyond its prefix length; the network is " + whole.to_string());
    return {};
  }
  return whole;
}

std::optional<AddressOrPrefix> read_address_or_prefix(const Value& value) {
  constexpr std::string_view kWanted = "an address, as 192.168.1.219 or 192.168.1.219/24";
  const auto text = value.text(kWanted);
  if (!text) return {};
  if (const auto prefix = Prefix::parse(*text)) {
    return AddressOrPrefix{prefix->address, prefix->length};
  }
  if (const auto address = IpAddress::parse(*text)) return AddressOrPrefix{*address, {}};
  value.wants(kWanted);
  return {};
}

std::optional<Endpoint> read_endpoint(const Value& value) {
  constexpr std::string_view kWanted = "an address and a port, as 192.168.1.219:80 or [fd00::1]:80";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const auto endpoint = Endpoint::parse(*text);
  if (endpoint && endpoint->port != 0) return endpoint;
  value.wants(kWanted);
  return {};
}

std::optional<Mac> read_mac(const Value& value) {
  constexpr std::string_view kWanted = "a MAC, as 00:21:5a:db:68:e8";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const auto mac = wire::parse_mac(*text);
  if (!mac) {
    value.wants(kWanted);
  } else if ((*mac->begin() & 1) != 0) {
    value.wrong("the MAC '" + *text +
                "' is a group's (its first byte is odd); an interface has one of its own");
    return {};
  } else if (*mac == Mac()) {
    value.wrong("the MAC '" + *text + "' is nobody's; leave the key out for one that is made up");
    return {};
  }
  return mac;
}

std::optional<size_t> read_word(const Value& value, const WordTable& table) {
  const std::vector<std::string_view> words(table.words.begin(), table.words.end());
  const auto text = value.text(listed(words, "or"));
  if (!text) return {};
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  value.wrong(value.called() + " is " + listed(words, "or") + ", not '" + *text + "'");
  return {};
}

std::optional<IdentityService> read_transport_port(const Value& value) {
  constexpr std::string_view kWanted = "a transport and a port, as tcp/80 or udp/53";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const size_t slash = std::min(text->find('/'), text->size());
  const std::string_view name = std::string_view(*text).substr(0, slash);
  const auto transport = std::find(std::begin(kTransportWords), std::end(kTransportWords), name);
  const auto port = whole_number(std::string_view(*text).substr(std::min(slash + 1, text->size())));
  constexpr uint32_t kLastPort = 65535;
  if (transport == std::end(kTransportWords) || !port || *port == 0 || *port > kLastPort) {
    value.wants(kWanted);
    return {};
  }
  const auto index = transport - std::begin(kTransportWords);
  return IdentityService{static_cast<Transport>(index), static_cast<uint16_t>(*port)};
}

std::vector<std::string> read_words(const Value& value) {
  constexpr std::string_view kWanted =
      "a program and its arguments as a list, as [nginx, -c, lab.conf]";
  std::vector<std::string> words;
  for (const Value& item : value.items(kWanted)) {
    if (const auto word = item.text("a word")) words.push_back(*word);
  }
  if (value.is_list() && words.empty()) value.wants(kWanted);
  return words;
}

std::vector<Rule> read_rules(const Value& value) {
  std::vector<Rule> rules;
  for (const Value& item : value.one_or_more()) {
    const auto text = item.text("rules as ipvsadm takes them, one a line or a list");
    if (!text) continue;
    size_t number = 0;
    for (size_t begin = 0; begin < text->size(); ++number) {
      const size_t end = std::min(text->find('\n', begin), text->size());
      read_rule(std::string_view(*text).substr(begin, end - begin), item.inside(number, 0),
                value.document(), rules);
      begin = end + 1;
    }
  }
  return rules;
}

bool read_name(const std::string& name, Place place, std::string_view what, Document& document) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  constexpr size_t kLongest = 63;  // RFC 1035, 2.3.4: a label; hosts are known by it in the lab
  const bool good = !name.empty() && name.size() <= kLongest && name[0] != '-' && name[0] != '_' &&
                    name.find_first_not_of(kLetters) == std::string::npos;
  if (!good) {
    document.mistake(place, std::string(what) +
                                " is named with letters, digits, '-' and '_', at most " +
                                std::to_string(kLongest) + " of them, not '" + name + "'");
  }
  return good;
}

}  // namespace lvslab::topology
