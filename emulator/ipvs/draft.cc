#include "emulator/ipvs/draft.hh"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "emulator/ipvs/language.hh"

namespace lvslab::ipvs {

namespace {

using enum Subject;

constexpr long kLargestSync = 65535 - 20 - 8;  // bytes: what an IPv4 datagram of UDP holds
constexpr size_t kFlagsRead = 127;             // of the value of -b; the rest is not looked at

// As strtol(3) reads it: blanks and a sign may stand in front.
std::optional<long> whole_number(const std::string& text, long least, long most) {
  char* end = nullptr;
  errno = 0;
  const long number = std::strtol(text.c_str(), &end, 10);
  const bool whole = end != text.c_str() && *end == '\0' && errno != ERANGE;
  if (!whole || number < least || number > most) return {};
  return number;
}

uint32_t number_or_refuse(const std::string& text, long least, long most, const std::string& what) {
  const auto number = whole_number(text, least, most);
  if (!number) throw Refusal("illegal " + what + " specified");
  return static_cast<uint32_t>(*number);
}

uint32_t seconds_of(const std::string& text, long least) {
  const auto seconds = whole_number(text, least, kLargestTimeout);
  if (!seconds) throw Refusal("invalid timeout value `" + text + "' specified");
  return static_cast<uint32_t>(*seconds);
}

uint32_t mark_of(const std::string& text) {
  const auto mark = whole_number(text, 1, UINT32_MAX);
  if (!mark) throw Refusal("invalid fwmark value `" + text + "' specified");
  return static_cast<uint32_t>(*mark);
}

Method method_of(const Option& option) {
  if (option.letter == 'm') return Method::masquerade;
  return option.letter == 'i' ? Method::tunnel : Method::route;
}

TunnelType tunnel_type_of(const std::string& name) {
  if (name == "ipip") return TunnelType::ipip;
  if (name == "gue") return TunnelType::gue;
  if (name == "gre") return TunnelType::gre;
  throw Refusal("illegal tunnel type specified");
}

uint8_t protocol_of(const Option& option) {
  if (option.letter == 't' || option.letter == 'f') return static_cast<uint8_t>(Protocol::tcp);
  return static_cast<uint8_t>(option.letter == 'u' ? Protocol::udp : Protocol::sctp);
}

// sh-* belong to sh, mh-* to mh; flag-1 to flag-3 to any.
void add_flag(SchedulerFlags& flags, const std::string& name, std::string_view scheduler) {
  const FlagNames generic;
  if (name == generic.third) {
    flags.third = true;
    return;
  }
  for (const Scheduler owner : {Scheduler::rr, Scheduler::sh, Scheduler::mh}) {
    const FlagNames names = flag_names(owner);
    if (name != names.fallback && name != names.port) continue;
    if (owner != Scheduler::rr && scheduler != name_of(owner))
      throw Refusal("incompatible scheduler flag `" + name + "'");
    (name == names.fallback ? flags.fallback : flags.port) = true;
    return;
  }
  throw Refusal("invalid scheduler flag `" + name + "'");
}

}  // namespace

std::optional<IpAddress> Draft::v4_address(const std::string& text) const {
  in_addr address{};
  if (inet_aton(text.c_str(), &address) != 0) return IpAddress::v4_from(ntohl(address.s_addr));
  const auto found = resolver_.address_of(text);
  return found && found->is_v4() ? found : std::nullopt;
}

bool Draft::read_port(const std::string& text, Place& place) const {
  if (const auto number = whole_number(text, 0, 65535)) {
    place.end.port = static_cast<uint16_t>(*number);
    return true;
  }
  const auto named = resolver_.port_of(text, protocol_);
  if (named) place.end.port = *named;
  return named.has_value();
}

// ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; a bare IPv6 address has no port. What was in the place
// stays where the text does not say.
bool Draft::read_place(std::string text, Place& place) const {
  if (text.find_first_not_of("0123456789") == std::string::npos) return false;
  std::optional<std::string> port;
  if (text.front() == '[') {
    const size_t close = text.find(']');
    if (close == std::string::npos || close + 1 == text.size() || text[close + 1] != ':')
      return false;
    port = text.substr(close + 2);
    text = text.substr(1, close - 1);
  }
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    place.family = Family::v6;
    place.end.address = IpAddress::v6_at(bytes.data());
    return !port || read_port(*port, place);
  }
  port.reset();
  if (const size_t colon = text.rfind(':'); colon != std::string::npos) {
    port = text.substr(colon + 1);
    text.resize(colon);
  }
  const auto address = v4_address(text);
  if (!address) return false;
  place.family = Family::v4;
  place.end.address = *address;
  return !port || read_port(*port, place);
}

void Draft::take(const Option& option, const std::optional<std::string>& value) {
  const Subject subject = option.subject;
  if (subject == sort) return;
  if (subject == ipv6) {
    if (mark_ == 0) throw Refusal("-6 used before -f\n");
    virtual_.family = Family::v6;
    netmask_ = 128;
    return;
  }
  if (has(given_, subject))
    throw Refusal("multiple '" + std::string(title_of(subject)) + "' options specified");
  given_ = given_ | subject;
  take_service_value(option, value);
  take_server_value(option, value.value_or(""));
  take_daemon_value(option, value.value_or(""));
}

void Draft::take_service_value(const Option& option, const std::optional<std::string>& value) {
  switch (option.subject) {
    case Subject::service:
      protocol_ = protocol_of(option);
      if (option.letter == 'f') {
        virtual_.family = Family::v4;
        mark_ = mark_of(*value);
        return;
      }
      if (!read_place(*value, virtual_))
        throw Refusal("illegal virtual server address[:port] specified");
      if (virtual_.family == Family::v6) netmask_ = 128;
      return;
    case scheduler:
      scheduler_ = *value;
      return;
    case persistent:
      persistence_ = value ? seconds_of(*value, 1) : kDefaultPersistence;
      return;
    case netmask:
      return take_netmask(*value);
    case ops:
      one_packet_ = true;
      return;
    case engine:
      engine_ = *value;
      return;
    case flags:
      flag_names_ = value->substr(0, kFlagsRead);
      return;
    default:
      return;
  }
}

void Draft::take_netmask(const std::string& value) {
  if (virtual_.family != Family::v6) {
    const auto mask = v4_address(value);
    if (!mask) throw Refusal("illegal virtual server persistent mask specified");
    netmask_ = mask->v4_value();
    return;
  }
  const long length = std::strtol(value.c_str(), nullptr, 10);
  if (length < 1 || length > 128) throw Refusal("illegal ipv6 netmask specified");
  netmask_ = static_cast<uint32_t>(length);
}

void Draft::take_server_value(const Option& option, const std::string& value) {
  Destination& to = destination_;
  switch (option.subject) {
    case server:
      real_ = virtual_;
      if (!read_place(value, real_)) throw Refusal("illegal real server address[:port] specified");
      to.real = real_.end;
      return;
    case Subject::method:
      to.method = method_of(option);
      return;
    case weight:
      to.weight = number_or_refuse(value, 0, kLargestWeight, "weight");
      return;
    case upper:
      to.upper = number_or_refuse(value, 0, kLargestWeight, "u_threshold");
      return;
    case lower:
      to.lower = number_or_refuse(value, 0, kLargestWeight, "l_threshold");
      return;
    case tun_type:
      to.tunnel.type = tunnel_type_of(value);
      return;
    case tun_port:
      to.tunnel.port = static_cast<uint16_t>(number_or_refuse(value, 1, 65535, "tunnel port"));
      return;
    case tun_csum:
      to.tunnel.checksum = TunnelChecksum::checksum;
      return;
    case tun_remcsum:
      to.tunnel.checksum = TunnelChecksum::remote;
      return;
    default:
      return;
  }
}

void Draft::take_daemon_value(const Option& option, const std::string& value) {
  switch (option.subject) {
    case interface:
      if (!value.empty()) daemon_.interface = value;
      return;
    case syncid:
      daemon_.id = static_cast<uint8_t>(number_or_refuse(value, 0, 255, "syncid"));
      return;
    case group:
      return take_group(value);
    case mcast_port:
      daemon_.port = static_cast<uint16_t>(number_or_refuse(value, 1, 65535, "mcast-port"));
      return;
    case mcast_ttl:
      daemon_.ttl = static_cast<uint8_t>(number_or_refuse(value, 1, 255, "mcast-ttl"));
      return;
    case largest:
      daemon_.largest =
          static_cast<uint16_t>(number_or_refuse(value, 1, kLargestSync, "sync-maxlen"));
      return;
    default:
      return;
  }
}

void Draft::take_group(const std::string& value) {
  const bool v6 = value.find(':') != std::string::npos;
  std::array<uint8_t, 16> bytes{};
  const bool read = inet_pton(v6 ? AF_INET6 : AF_INET, value.c_str(), bytes.data()) == 1;
  daemon_.group = v6 ? IpAddress::v6_at(bytes.data()) : IpAddress::v4_at(bytes.data());
  if (!read || !daemon_.group.is_multicast())
    throw Refusal(std::string("invalid ") + (v6 ? "IPv6" : "IPv4") + " mcast-group `" + value +
                  "'");
}

void Draft::take_role(const Option& command, const std::string& role) {
  if (role == "master" || role == "backup") {
    daemon_.role = role == "master" ? DaemonRole::master : DaemonRole::backup;
    return;
  }
  throw Refusal(command.name == "start-daemon" ? "illegal start-daemon parameter specified"
                                               : "illegal start_daemon specified");
}

void Draft::take_timeouts(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) throw Refusal("--set option requires 3 timeout values");
  timeouts_ = {seconds_of(arguments[0], 0), seconds_of(arguments[1], 0),
               seconds_of(arguments[2], 0)};
}

// ipvsadm itself crashes on a -b of commas alone.
void Draft::settle_flags() {
  if (flag_names_.empty()) return;
  const std::string_view of = scheduler_.empty() ? name_of(Scheduler::wlc) : scheduler_;
  bool any = false;
  for (size_t at = 0; at < flag_names_.size();) {
    const size_t comma = std::min(flag_names_.find(',', at), flag_names_.size());
    if (comma > at) add_flag(flags_, flag_names_.substr(at, comma - at), of);
    any |= comma > at;
    at = comma + 1;
  }
  if (!any) throw Refusal("invalid scheduler flag `" + flag_names_ + "'");
}

void Draft::check_service() const {
  if (mark_ != 0) return;
  if (virtual_.end.port == 0 && !persistence_)
    throw Refusal("Zero port specified for non-persistent service");
  if (one_packet_ && protocol_ != static_cast<uint8_t>(Protocol::udp))
    throw Refusal("One-Packet Scheduling is only for UDP virtual services");
}

void Draft::settle_destination() {
  const bool tunnelled = destination_.method == Method::tunnel;
  if (mark_ == 0 && destination_.method != Method::masquerade)
    destination_.real.port = virtual_.end.port;
  if (real_.family != virtual_.family && !tunnelled)
    throw Refusal("Different address family is allowed only for tunneling servers");
  for (const Subject subject : {tun_type, tun_port, tun_nocsum, tun_csum, tun_remcsum})
    if (has(given_, subject) && !tunnelled)
      throw Refusal("Tunnel options conflict with forward method");
  check_legality(destination_.tunnel.type, given_);
}

ServiceKey Draft::key() const {
  if (mark_ != 0) return MarkKey{mark_, virtual_.family.value_or(Family::v4)};
  return AddressKey{static_cast<Protocol>(protocol_), virtual_.end};
}

bool Draft::known() const {
  return (scheduler_.empty() || scheduler_named(scheduler_)) &&
         (engine_.empty() || engine_ == "sip");
}

Service Draft::service() const {
  Service service;
  service.key = key();
  service.scheduler = scheduler_named(scheduler_).value_or(Scheduler::wlc);
  service.flags = flags_;
  service.one_packet = one_packet_;
  service.engine = engine_;
  if (!persistence_) return service;
  service.persistence = Persistence{};
  service.persistence->timeout = *persistence_;
  if (family_of(service.key) == Family::v4)
    service.persistence->netmask = netmask_;
  else
    service.persistence->prefix6 = netmask_;
  return service;
}

}  // namespace lvslab::ipvs
