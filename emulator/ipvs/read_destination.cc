// The server of a rule: -a, -e, -d.
#include "emulator/ipvs/rule.hh"

namespace lvslab::ipvs {

using enum Subject;

// Without a port of its own a server takes its service's, if that has been named before it: after
// -f, or when -r stands first, ipvsadm leaves 0.
Endpoint read_real(const Rule& rule, const ServiceKey& key) {
  const GivenOption& given = rule.at(server);
  const Address address = read_address(*given.value);
  const auto* service_address = std::get_if<AddressKey>(&key);
  const bool service_known = given.word.column > rule.at(service).word.column;
  const uint16_t otherwise =
      service_address != nullptr && service_known ? service_address->virtual_end.port : 0;
  return {address.address, address.port.value_or(otherwise)};
}

namespace {

uint32_t number_of(const Rule& rule, Subject subject, std::string_view what, uint32_t least,
                   uint32_t most, uint32_t otherwise) {
  const GivenOption* given = rule.find(subject);
  return given != nullptr ? read_number(*given->value, what, least, most) : otherwise;
}

Method read_method(const Rule& rule) {
  const GivenOption* given = rule.find(method);
  if (given == nullptr || given->option->letter == 'g') return Method::route;
  return given->option->letter == 'm' ? Method::masquerade : Method::tunnel;
}

void refuse_tunnel_option(const Rule& rule, std::initializer_list<Subject> illegal,
                          const std::string& why) {
  for (const Subject subject : illegal)
    if (const GivenOption* given = rule.find(subject))
      refuse(given->word, spelling(*given->option) + " " + why);
}

TunnelChecksum read_tunnel_checksum(const Rule& rule) {
  const GivenOption* first = nullptr;
  for (const Subject subject : {tun_nocsum, tun_csum, tun_remcsum}) {
    const GivenOption* given = rule.find(subject);
    if (given == nullptr) continue;
    if (first != nullptr)
      refuse(given->word, spelling(*first->option) + " and " + spelling(*given->option) +
                              " exclude each other: keep one");
    first = given;
  }
  if (rule.has(tun_remcsum)) return TunnelChecksum::remote;
  return rule.has(tun_csum) ? TunnelChecksum::checksum : TunnelChecksum::none;
}

// ipvsadm's table of tunnel types: ipip takes nothing, gue needs its port, gre has neither port nor
// remote checksum.
Tunnel read_tunnel(const Rule& rule, Method forwarding) {
  Tunnel tunnel;
  if (forwarding != Method::tunnel)
    refuse_tunnel_option(rule, {tun_type, tun_port, tun_nocsum, tun_csum, tun_remcsum},
                         "goes with -i only");
  if (const GivenOption* given = rule.find(tun_type)) tunnel.type = read_tunnel_type(*given->value);
  if (tunnel.type == TunnelType::ipip)
    refuse_tunnel_option(rule, {tun_port, tun_nocsum, tun_csum, tun_remcsum},
                         "does not go with tunnel type ipip: add --tun-type gue or gre");
  if (tunnel.type == TunnelType::gre)
    refuse_tunnel_option(rule, {tun_port, tun_remcsum}, "goes with --tun-type gue only");
  if (tunnel.type == TunnelType::gue) {
    if (!rule.has(tun_port))
      refuse(rule.at(tun_type).word, "--tun-type gue needs --tun-port, the UDP port of the tunnel");
    tunnel.port =
        static_cast<uint16_t>(read_number(*rule.at(tun_port).value, "tunnel port", 1, 65535));
  }
  tunnel.checksum = read_tunnel_checksum(rule);
  return tunnel;
}

// The kernel's "Numerical result out of range".
void refuse_thresholds(const Rule& rule, const Destination& result) {
  if (result.lower > result.upper)
    refuse(*rule.at(lower).value, "lower threshold " + std::to_string(result.lower) +
                                      " is above the upper one (-x), which is " +
                                      std::to_string(result.upper));
}

void refuse_family(const Rule& rule, const ServiceKey& key, const Destination& result) {
  if (result.real.address.family() == family_of(key) || result.method == Method::tunnel) return;
  refuse(*rule.at(server).value,
         "a server of the other address family than its service's needs -i (tunnel)");
}

}  // namespace

Destination read_destination(const Rule& rule, const ServiceKey& key) {
  Destination result;
  result.real = read_real(rule, key);
  result.method = read_method(rule);
  result.tunnel = read_tunnel(rule, result.method);
  result.weight = number_of(rule, weight, "weight", 0, kLargestWeight, 1);
  result.upper = number_of(rule, upper, "upper threshold", 0, kLargestWeight, 0);
  result.lower = number_of(rule, lower, "lower threshold", 0, kLargestWeight, 0);
  // -g and -i forward the packet's ports untouched, whatever the rule says of them.
  const auto* address = std::get_if<AddressKey>(&key);
  if (address != nullptr && result.method != Method::masquerade)
    result.real.port = address->virtual_end.port;
  refuse_thresholds(rule, result);
  refuse_family(rule, key, result);
  return result;
}

// The kernel's "Invalid operation. ... address not unicast".
void refuse_not_unicast(const Rule& rule, const Endpoint& real) {
  static const IpAddress kEverybody = IpAddress::v4_from(0xffffffff);
  if (real.address.is_unspecified() || real.address.is_multicast() || real.address == kEverybody)
    refuse(*rule.at(server).value, "server " + real.address.to_string() + " is not unicast");
}

}  // namespace lvslab::ipvs
