// Fields and the values they must have.

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "emulator/topology/field_names.hh"
#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

std::vector<std::string_view> names_of_fields() {
  std::vector<std::string_view> names;
  for (const FieldName& field : kFieldNames) names.push_back(field.name);
  return names;
}

// "$HOST.mac", "$HOST:INTERFACE.ip": taken apart.
struct Reference {
  std::string host;
  std::string interface;
  std::string what;
};

std::optional<Reference> reference_in(const std::string& text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string::npos) return {};
  const std::string who = text.substr(1, dot - 1);
  const size_t colon = std::min(who.find(':'), who.size());
  Reference found{who.substr(0, colon), "", text.substr(dot + 1)};
  if (colon < who.size()) found.interface = who.substr(colon + 1);
  return found;
}

// Decimal or 0x and hexadecimal.
std::optional<uint32_t> number_in(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// "-1", "+20"
bool is_relative(std::string_view text) {
  if (!text.starts_with('-') && !text.starts_with('+')) return false;
  const auto number = number_in(text.substr(1));
  return number && !text.substr(1).starts_with("0x");
}

class MatchReader {
 public:
  MatchReader(const StepContext& context, const MatchRules& rules)
      : context_(context), rules_(rules) {}

  void read(const Entry& entry, std::vector<FieldMatch>& matches) {
    const FieldName* field = find_field(entry.name);
    if (field == nullptr) {
      context_.document.mistake(entry.place, "unknown field '" + entry.name + "'" +
                                                 suggestion(entry.name, names_of_fields()));
      return;
    }
    if (rules_.packet && !context_.tunnels && entry.name.starts_with("outer.")) {
      context_.document.mistake(
          entry.place,
          "'" + entry.name +
              "': no packet has an outer header here; no rule reaches a server by tunnel (-i)");
      return;
    }
    if (entry.value.is_empty()) {
      if (rules_.change) {
        matches.push_back({entry.name, "", entry.place});
      } else {
        entry.value.wrong("field '" + entry.name +
                          "' lacks a value; what doesn't matter is left out");
      }
      return;
    }
    const auto text = entry.value.text("a value or a reference, as $director.mac");
    if (!text) return;
    const auto value = text->starts_with('$') ? reference(*text, *field, entry.value)
                                              : literal(*text, *field, entry.value);
    if (value) matches.push_back({entry.name, *value, entry.place});
  }

 private:
  std::optional<std::string> reference(const std::string& text, const FieldName& field,
                                       const Value& value) {
    const auto parts = reference_in(text);
    const bool mac = field.kind == FieldKind::mac;
    const std::string wanted = mac ? "mac" : "ip";
    if (!mac && field.kind != FieldKind::ip) {
      value.wrong("field '" + std::string(field.name) + "' takes no reference; '" + text +
                  "' would be an address");
      return {};
    }
    if (!parts || parts->what != wanted) {
      value.wrong("field '" + std::string(field.name) + "' takes $HOST." + wanted +
                  " or $HOST:INTERFACE." + wanted + ", not '" + text + "'");
      return {};
    }
    const auto hosts = hosts_meant(parts->host, value, context_, rules_.server);
    for (const Host* host : hosts) {
      if (!names_one_port(*host, *parts, text, value)) return {};
    }
    if (hosts.empty()) return {};
    return text;
  }

  static bool names_one_port(const Host& host, const Reference& parts, const std::string& text,
                             const Value& value) {
    std::vector<std::string_view> names;
    for (const Interface& one : host.interfaces) names.push_back(one.name);
    if (parts.interface.empty()) {
      if (names.size() == 1) return true;
      value.wrong("'" + text + "' is one of several: host '" + host.name + "' has the interfaces " +
                  listed(names) + "; write $" + parts.host + ":INTERFACE." + parts.what);
      return false;
    }
    if (std::find(names.begin(), names.end(), parts.interface) != names.end()) return true;
    value.wrong("host '" + host.name + "' has no interface '" + parts.interface + "'" +
                suggestion(parts.interface, names));
    return false;
  }

  // The one form that field_names.hh promises.
  static std::optional<std::string> canonical(const std::string& text, const FieldName& field,
                                              std::string& wanted) {
    switch (field.kind) {
      case FieldKind::mac: {
        wanted = "a MAC, as 00:21:5a:db:68:e8, or a reference, as $director.mac";
        const auto mac = wire::parse_mac(text);
        return mac ? std::optional(wire::to_string(*mac)) : std::nullopt;
      }
      case FieldKind::ip: {
        wanted = "an address, as 192.168.1.219, or a reference, as $director.ip";
        const auto address = IpAddress::parse(text);
        return address ? std::optional(address->to_string()) : std::nullopt;
      }
      case FieldKind::number: {
        wanted = "a whole number from 0 to " + std::to_string(field.most);
        const auto number = number_in(text);
        return number && *number <= field.most ? std::optional(std::to_string(*number))
                                               : std::nullopt;
      }
      case FieldKind::protocol:
        return protocol(text, wanted);
      case FieldKind::ether_type:
        return ether_type(text, wanted);
      case FieldKind::arp_op:
        wanted = "request or reply";
        return text == "request" || text == "reply" ? std::optional(text) : std::nullopt;
      case FieldKind::tcp_flags:
        return tcp_flags(text, wanted);
      case FieldKind::text:
        return text;
    }
    return {};
  }

  static std::optional<std::string> protocol(const std::string& text, std::string& wanted) {
    wanted = "icmp, ipip, tcp, udp, ipv6, icmpv6 or a number from 0 to 255";
    constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"icmp", "1"}, {"ipip", "4"},  {"tcp", "6"},
        {"udp", "17"}, {"ipv6", "41"}, {"icmpv6", "58"}};
    for (const auto& [name, number] : kNames) {
      if (name == text) return std::string(number);
    }
    const auto number = number_in(text);
    return number && *number <= kByte ? std::optional(std::to_string(*number)) : std::nullopt;
  }

  static std::optional<std::string> ether_type(const std::string& text, std::string& wanted) {
    wanted = "an Ethernet type, as 0x0800 (IPv4), 0x0806 (ARP) or 0x86dd (IPv6)";
    const auto number = number_in(text);
    if (!number || *number > kWord) return {};
    char hex[8];
    std::snprintf(hex, sizeof hex, "0x%04x", *number);
    return hex;
  }

  static std::optional<std::string> tcp_flags(const std::string& text, std::string& wanted) {
    wanted = "letters of " + std::string(kTcpFlagLetters) + ", as SA for a SYN-ACK, or none";
    if (text == "none") return text;
    if (text.empty()) return {};
    std::string ordered;
    for (const char letter : kTcpFlagLetters) {
      if (text.find(letter) != std::string::npos) ordered += letter;
    }
    return ordered.size() == text.size() ? std::optional(ordered) : std::nullopt;
  }

  std::optional<std::string> literal(const std::string& text, const FieldName& field,
                                     const Value& value) {
    if (rules_.change && field.kind == FieldKind::number && is_relative(text)) return text;
    std::string wanted;
    const auto found = canonical(text, field, wanted);
    if (!found) value.as("field '" + std::string(field.name) + "'").wants(wanted);
    return found;
  }

  const StepContext& context_;
  const MatchRules& rules_;
};

}  // namespace

std::vector<FieldMatch> read_matches(const Value& value, const StepContext& context,
                                     const MatchRules& rules) {
  std::vector<FieldMatch> matches;
  const Mapping fields(value, "fields and their values, as {ip.src: 192.168.43.69}", "field");
  if (value.is_mapping() && fields.entries().empty())
    value.wrong(value.called() + " names no field");
  MatchReader reader(context, rules);
  for (const Entry& entry : fields.entries()) reader.read(entry, matches);
  return matches;
}

}  // namespace lvslab::topology
