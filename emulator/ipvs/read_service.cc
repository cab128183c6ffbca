// The service of a rule: -A, -E, and the key that every other command names.
#include "emulator/ipvs/rule.hh"

namespace lvslab::ipvs {

using enum Subject;

Rule::Rule(const Line& line) : line_(line) {
  for (const auto& given : line.options) add(given);
}

void Rule::add(const GivenOption& given) {
  const Subject subject = given.option->subject;
  if (subject == ipv6 && !has(service))
    refuse(given.word, "-6 must follow -f: it says that the mark is of IPv6 packets");
  auto& place = given_[static_cast<size_t>(subject)];
  if (place == nullptr) {
    place = &given;
    return;
  }
  const std::string both = spelling(*place->option) + " and " + spelling(*given.option);
  refuse(given.word, place->option == given.option ? spelling(*given.option) + " stands twice"
                                                   : both + " exclude each other: keep one");
}

ServiceKey read_key(const Rule& rule) {
  const GivenOption& given = rule.at(service);
  if (given.option->letter == 'f') {
    const uint32_t mark = read_number(*given.value, "firewall mark", 1, UINT32_MAX);
    return MarkKey{mark, rule.has(ipv6) ? Family::v6 : Family::v4};
  }
  if (const GivenOption* six = rule.find(ipv6))
    refuse(six->word, "-6 goes with -f only: an address says its family itself");
  const Address address = read_address(*given.value);
  const Protocol protocol = given.option->letter == 't'   ? Protocol::tcp
                            : given.option->letter == 'u' ? Protocol::udp
                                                          : Protocol::sctp;
  return AddressKey{protocol, {address.address, address.port.value_or(0)}};
}

namespace {

void set_netmask(Persistence& persistence, const GivenOption& mask, const Rule& rule,
                 Family family) {
  if (family == Family::v4) {
    persistence.netmask = read_netmask(*mask.value);
    return;
  }
  const GivenOption* last = rule.has(ipv6) ? rule.find(ipv6) : rule.find(service);
  if (mask.word.column < last->word.column)
    refuse(mask.word, "-M must follow " + spelling(*last->option) +
                          ": ipvsadm forgets a mask that stands before an IPv6 service");
  persistence.prefix6 = read_number(*mask.value, "IPv6 prefix length", 1, 128);
}

std::optional<Persistence> read_persistence(const Rule& rule, Family family) {
  Persistence result;
  if (const GivenOption* mask = rule.find(netmask)) set_netmask(result, *mask, rule, family);
  const GivenOption* given = rule.find(persistent);
  if (given == nullptr) return {};
  if (given->value)
    result.timeout = read_number(*given->value, "persistence timeout (s)", 1, kLargestTimeout);
  return result;
}

void refuse_port_zero(const Rule& rule, const Service& result) {
  const auto* key = std::get_if<AddressKey>(&result.key);
  if (key == nullptr || key->virtual_end.port != 0 || result.persistence) return;
  const Word& word = *rule.at(service).value;
  std::string why = "port 0 (all ports) is for persistent services only: name a port or add -p";
  if (key->virtual_end.address.is_v6() && word.text.front() != '[')
    why += " (an IPv6 address with a port is [ADDRESS]:PORT)";
  refuse(word, why);
}

void refuse_one_packet(const Rule& rule, const Service& result) {
  const auto* key = std::get_if<AddressKey>(&result.key);
  if (key == nullptr || key->protocol == Protocol::udp || !result.one_packet) return;
  refuse(rule.at(ops).word, "-o (one-packet scheduling) is for UDP services (-u, or -f) only");
}

}  // namespace

Service read_service(const Rule& rule) {
  Service result;
  result.key = read_key(rule);
  if (const GivenOption* given = rule.find(scheduler))
    result.scheduler = read_scheduler(*given->value);
  if (const GivenOption* given = rule.find(flags))
    result.flags = read_flags(*given->value, result.scheduler);
  result.persistence = read_persistence(rule, family_of(result.key));
  result.one_packet = rule.has(ops);
  if (const GivenOption* given = rule.find(engine)) {
    if (given->value->text != "sip")
      refuse(*given->value,
             "unknown persistence engine " + quoted(given->value->text) + ": there is sip only");
    result.engine = given->value->text;
  }
  refuse_port_zero(rule, result);
  refuse_one_packet(rule, result);
  return result;
}

}  // namespace lvslab::ipvs
