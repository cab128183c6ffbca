#include "emulator/scenario/values.hh"

#include <algorithm>

#include "emulator/scenario/ports.hh"

namespace lvslab::scenario {

namespace {

// "$rs1:eth0.mac"
struct Reference {
  std::string host;
  std::string interface;  // "" any
  bool mac = false;
};

std::optional<Reference> reference(const std::string& value, Kind kind) {
  if (!value.starts_with('$')) return {};
  Reference result;
  result.host = value.substr(1);
  result.mac = kind == Kind::mac;
  for (const bool mac : {true, false}) {
    const std::string suffix = mac ? ".mac" : ".ip";
    if (!result.host.ends_with(suffix)) continue;
    result.host.resize(result.host.size() - suffix.size());
    result.mac = mac;
    break;
  }
  const size_t colon = result.host.find(':');
  if (colon == std::string::npos) return result;
  result.interface = result.host.substr(colon + 1);
  result.host.resize(colon);
  return result;
}

std::vector<const topology::Host*> hosts_meant(const Study& study, const Reference& what,
                                               const Observation& frame) {
  const auto exchange = exchange_of(study, frame);
  std::vector<const topology::Host*> hosts;
  if (what.host == "server" && !exchange) {
    for (const topology::Host& host : study.topology().hosts)
      if (host.role == topology::Role::real_server) hosts.push_back(&host);
  } else if (const auto* host = study.find_host(host_named(study, what.host, exchange))) {
    hosts.push_back(host);
  }
  return hosts;
}

std::vector<const topology::Interface*> interfaces_meant(const Study& study, const Reference& what,
                                                         const topology::Host& host,
                                                         const Observation& frame) {
  std::vector<const topology::Interface*> all, on_link;
  const std::string network = network_of(study.topology(), study.port(frame));
  for (const topology::Interface& interface : host.interfaces) {
    if (!what.interface.empty() && interface.name != what.interface) continue;
    all.push_back(&interface);
    if (interface.network == network) on_link.push_back(&interface);
  }
  return what.mac && !on_link.empty() ? on_link : all;
}

void add_addresses(const topology::Interface& interface, std::vector<std::string>& values) {
  for (const wire::Family family : {wire::Family::v4, wire::Family::v6})
    for (const wire::Prefix& prefix : interface.addresses)
      if (prefix.address.family() == family) {
        values.push_back(prefix.address.to_string());
        break;
      }
}

std::string list(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " or ") + value;
  return text;
}

// What was expected, as a person wants to read it beside what was found.
std::string wanted_text(const topology::FieldMatch& match, const std::vector<std::string>& values) {
  if (!match.value.starts_with('$'))
    return match.value.empty() ? "nothing" : printable(match.value);
  return values.empty() ? match.value + ", which nobody here is"
                        : list(values) + " (" + match.value + ")";
}

}  // namespace

std::vector<std::string> accepted(const Study& study, const topology::FieldMatch& match,
                                  const Observation& frame) {
  const auto kind = kind_of(match.field);
  if (!kind) return {};
  const bool refers = *kind == Kind::mac || *kind == Kind::address;
  const auto what = refers ? reference(match.value, *kind) : std::nullopt;
  if (!what) {
    const auto value = canonical(*kind, match.value);
    return value ? std::vector{*value} : std::vector<std::string>{};
  }
  std::vector<std::string> values;
  for (const topology::Host* host : hosts_meant(study, *what, frame))
    for (const topology::Interface* interface : interfaces_meant(study, *what, *host, frame)) {
      if (what->mac)
        values.push_back(wire::to_string(interface->mac));
      else
        add_addresses(*interface, values);
    }
  return values;
}

std::optional<std::string> mismatch(const Study& study, const topology::FieldMatch& match,
                                    const Observation& frame) {
  const auto kind = kind_of(match.field);
  if (!kind) return match.field + ": no such field";
  const auto found = Decoded(frame.layers).field(match.field);
  const auto values = accepted(study, match, frame);
  if (found) {
    const auto value = canonical(*kind, *found);
    if (value && std::find(values.begin(), values.end(), *value) != values.end()) return {};
  }
  const std::string is = found ? *kind == Kind::text ? printable(*found) : *found : "not there";
  return match.field + ": " + is + ", expected " + wanted_text(match, values);
}

std::vector<std::string> mismatches(const Study& study,
                                    const std::vector<topology::FieldMatch>& matches,
                                    const Observation& frame) {
  std::vector<std::string> all;
  for (const topology::FieldMatch& match : matches)
    if (auto one = mismatch(study, match, frame)) all.push_back(std::move(*one));
  return all;
}

std::string describe(const std::vector<topology::FieldMatch>& matches) {
  std::string text;
  for (const topology::FieldMatch& match : matches) {
    if (!text.empty()) text += ", ";
    text += match.field + (match.value.empty() ? "" : " " + match.value);
  }
  return text.empty() ? "any frame" : text;
}

}  // namespace lvslab::scenario
