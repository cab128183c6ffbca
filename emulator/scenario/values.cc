#include "emulator/scenario/values.hh"

#include <algorithm>

#include "emulator/scenario/ports.hh"

namespace lvslab::scenario {

namespace {

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

// Whether a test holds for a host that is meant in this frame, asked in their order.
template <class Test>
bool any_host(const Study& study, const Reference& what, const Observation& frame, Test test) {
  const auto exchange = exchange_of(study, frame);
  if (what.host == "server" && !exchange)
    return std::any_of(study.topology().hosts.begin(), study.topology().hosts.end(),
                       [&](const topology::Host& host) {
                         return host.role == topology::Role::real_server && test(host);
                       });
  const topology::Host* host = study.find_host(host_named(study, what.host, exchange));
  return host && test(*host);
}

// The same for their interfaces.
template <class Test>
bool any_interface(const Study& study, const Reference& what, const Observation& frame, Test test) {
  const std::string& network = study.network(frame);
  return any_host(study, what, frame, [&](const topology::Host& host) {
    const auto any = [&](auto which) {
      return std::any_of(host.interfaces.begin(), host.interfaces.end(),
                         [&](const topology::Interface& one) {
                           const bool named = what.interface.empty() || one.name == what.interface;
                           return named && which(one);
                         });
    };
    const auto on_link = [&](const auto& one) { return one.network == network; };
    const bool only_on_link = what.mac && any(on_link);
    return any([&](const auto& one) { return (!only_on_link || on_link(one)) && test(one); });
  });
}

// The same for their values.
template <class Test>
bool any_value(const Study& study, const Reference& what, const Observation& frame, Test test) {
  return any_interface(study, what, frame, [&](const topology::Interface& interface) {
    if (what.mac) return test(interface.mac);
    for (const wire::Family family : {wire::Family::v4, wire::Family::v6}) {
      const auto first = std::find_if(
          interface.addresses.begin(), interface.addresses.end(),
          [&](const wire::Prefix& prefix) { return prefix.address.family() == family; });
      if (first != interface.addresses.end() && test(first->address)) return true;
    }
    return false;
  });
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

std::string text_of(const wire::Mac& mac) {
  return wire::to_string(mac);
}
std::string text_of(const wire::IpAddress& address) {
  return address.to_string();
}

std::optional<Reference> reference(const topology::FieldMatch& match, Kind kind) {
  const bool refers = kind == Kind::mac || kind == Kind::address;
  return refers ? reference(match.value, kind) : std::nullopt;
}

// The values, in canonical form, any of which the match accepts in this frame; empty when it cannot
// be met there (no such host, nobody answered).
std::vector<std::string> accepted(const Study& study, const topology::FieldMatch& match, Kind kind,
                                  const Observation& frame) {
  const auto what = reference(match, kind);
  if (!what) {
    const auto value = canonical(kind, match.value);
    return value ? std::vector{*value} : std::vector<std::string>{};
  }
  std::vector<std::string> values;
  any_value(study, *what, frame, [&](const auto& value) {
    values.push_back(text_of(value));
    return false;
  });
  return values;
}

}  // namespace

Wanted::Wanted(const Study& study, const std::vector<topology::FieldMatch>& matches)
    : study_(study) {
  for (const topology::FieldMatch& match : matches) {
    One& one = all_.emplace_back();
    one.field = Field::named(match.field);
    if (!one.field) continue;
    one.reference = reference(match, one.field->kind());
    if (!one.reference) one.literal = value_of(one.field->kind(), match.value);
  }
}

bool Wanted::met_by(const Observation& frame) const {
  for (size_t i = 0; i < all_.size(); ++i)
    if (!met_by(frame, i)) return false;
  return true;
}

bool Wanted::met_by(const Observation& frame, size_t match) const {
  const One& one = all_[match];
  const auto found = one.field ? one.field->value_in(frame.layers) : std::nullopt;
  if (!found) return false;
  if (!one.reference) return found == one.literal;
  return any_value(study_, *one.reference, frame,
                   [&](const auto& value) { return *found == Value(value_of(value)); });
}

std::optional<std::string> mismatch(const Study& study, const topology::FieldMatch& match,
                                    const Observation& frame) {
  const auto field = Field::named(match.field);
  if (!field) return match.field + ": no such field";
  const auto found = field->text_in(frame.layers);
  const auto values = accepted(study, match, field->kind(), frame);
  if (found) {
    const auto value = canonical(field->kind(), *found);
    if (value && std::find(values.begin(), values.end(), *value) != values.end()) return {};
  }
  const bool text = field->kind() == Kind::text;
  const std::string is = found ? text ? printable(*found) : *found : "not there";
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
