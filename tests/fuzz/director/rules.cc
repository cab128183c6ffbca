#include "tests/fuzz/director/rules.hh"

#include <algorithm>
#include <array>

#include "emulator/ipvs/language.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/support/byte_reader.hh"

namespace lvslab::fuzz {

namespace {

enum Operation : uint8_t {
  kAdd,
  kEdit,
  kDelete,
  kAddServer,
  kEditServer,
  kDeleteServer,
  kClear,
  kTimeouts,
  kZero,
  kStart,
  kStop,
  kOperations
};
constexpr unsigned kMark = 3;  // where a protocol stands
constexpr std::array kProtocolOf = {ipvs::Protocol::tcp, ipvs::Protocol::udp, ipvs::Protocol::sctp};
constexpr unsigned kSchedulers = 15;
// Of a service: bits of a byte.
constexpr uint8_t kFallback = 1, kPort = 2, kThird = 4, kOnePacket = 8, kPersistent = 16;
constexpr std::array<uint32_t, 4> kPersistence = {360, 1, 10, 100};  // seconds
constexpr std::array<uint32_t, 4> kMasks = {0xffffffff, 0xffffff00, 0xffff00ff, 0};
constexpr std::array<unsigned, 4> kPrefixes = {128, 64, 48, 1};
// How a server is reached: its method, and the tunnel.
struct Reach {
  ipvs::Method method;
  ipvs::Tunnel tunnel;
};
using ipvs::TunnelChecksum;
using ipvs::TunnelType;
constexpr std::array<Reach, 8> kReaches = {{
    {ipvs::Method::masquerade, {}},
    {ipvs::Method::route, {}},
    {ipvs::Method::tunnel, {}},
    {ipvs::Method::tunnel, {TunnelType::gue, 6080, TunnelChecksum::none}},
    {ipvs::Method::tunnel, {TunnelType::gue, 6080, TunnelChecksum::checksum}},
    {ipvs::Method::tunnel, {TunnelType::gue, 6080, TunnelChecksum::remote}},
    {ipvs::Method::tunnel, {TunnelType::gre, 0, TunnelChecksum::none}},
    {ipvs::Method::tunnel, {TunnelType::gre, 0, TunnelChecksum::checksum}},
}};
constexpr uint8_t kHuge = 255;  // a weight that is all bits
constexpr uint8_t kOtherFamily = 0x80;

template <class T, size_t n>
std::optional<uint8_t> place_of(const std::array<T, n>& all, const T& wanted) {
  const auto found = std::find(all.begin(), all.end(), wanted);
  if (found == all.end()) return {};
  return static_cast<uint8_t>(found - all.begin());
}
std::optional<uint8_t> place_of(const std::vector<wire::IpAddress>& all,
                                const wire::IpAddress& wanted) {
  const auto found = std::find(all.begin(), all.end(), wanted);
  if (found == all.end()) return {};
  return static_cast<uint8_t>(found - all.begin());
}

// Two bytes: virtual address (2 bits), family, protocol or mark (2 bits); port.
ipvs::ServiceKey read_key(ByteReader& in) {
  const uint8_t what = in.u8();
  const uint8_t port = in.u8();
  const bool v6 = (what & 4) != 0;
  const unsigned protocol = (what >> 3) & 3;
  if (protocol == kMark)
    return ipvs::MarkKey{1 + (what & 3U), v6 ? ipvs::Family::v6 : ipvs::Family::v4};
  return ipvs::AddressKey{kProtocolOf[protocol],
                          {places().vips[v6][what & 3], kPorts[port % kPorts.size()]}};
}

bool write_key(std::vector<uint8_t>& out, const ipvs::ServiceKey& key) {
  if (const auto* mark = std::get_if<ipvs::MarkKey>(&key)) {
    if (mark->mark < 1 || mark->mark > 4) return false;
    const unsigned family = mark->family == ipvs::Family::v6 ? 4 : 0;
    out.push_back(static_cast<uint8_t>((mark->mark - 1) | family | kMark << 3));
    out.push_back(0);
    return true;
  }
  const auto& address = std::get<ipvs::AddressKey>(key);
  const bool v6 = address.virtual_end.address.is_v6();
  const auto vip = place_of(places().vips[v6], address.virtual_end.address);
  const auto port = place_of(kPorts, address.virtual_end.port);
  const auto protocol = place_of(kProtocolOf, address.protocol);
  if (!vip || !port) return false;
  out.push_back(static_cast<uint8_t>(*vip | (v6 ? 4U : 0U) | unsigned{*protocol} << 3));
  out.push_back(*port);
  return true;
}

ipvs::Service read_service(ByteReader& in) {
  ipvs::Service service;
  service.key = read_key(in);
  service.scheduler = static_cast<ipvs::Scheduler>(in.below(kSchedulers));
  const uint8_t flags = in.u8();
  service.flags = {(flags & kFallback) != 0, (flags & kPort) != 0, (flags & kThird) != 0};
  const auto* address = std::get_if<ipvs::AddressKey>(&service.key);
  // What ipvsadm itself would refuse does not come to a director.
  service.one_packet =
      (flags & kOnePacket) != 0 && (!address || address->protocol == ipvs::Protocol::udp);
  const bool all_ports = address && address->virtual_end.port == 0;
  if ((flags & kPersistent) != 0 || all_ports) {
    const unsigned which = in.u8();
    service.persistence = {kPersistence[which & 3], kMasks[(which >> 2) & 3],
                           kPrefixes[(which >> 4) & 3]};
  }
  return service;
}

bool write_service(std::vector<uint8_t>& out, const ipvs::Service& service) {
  if (!write_key(out, service.key) || !service.engine.empty()) return false;
  out.push_back(static_cast<uint8_t>(service.scheduler));
  out.push_back(static_cast<uint8_t>(
      (service.flags.fallback ? kFallback : 0) | (service.flags.port ? kPort : 0) |
      (service.flags.third ? kThird : 0) | (service.one_packet ? kOnePacket : 0) |
      (service.persistence ? kPersistent : 0)));
  if (!service.persistence) return true;
  // The nearest that there is.
  const auto timeout = place_of(kPersistence, service.persistence->timeout).value_or(2);
  const auto mask = place_of(kMasks, service.persistence->netmask).value_or(1);
  const auto prefix = place_of(kPrefixes, service.persistence->prefix6).value_or(1);
  out.push_back(static_cast<uint8_t>(timeout | mask << 2 | prefix << 4));
  return true;
}

uint16_t port_of(const ipvs::ServiceKey& key) {
  const auto* address = std::get_if<ipvs::AddressKey>(&key);
  return address ? address->virtual_end.port : uint16_t{0};
}

// Real address, port, reach, weight, thresholds.
ipvs::Destination read_destination(ByteReader& in, const ipvs::ServiceKey& key) {
  ipvs::Destination made;
  const uint8_t which = in.u8();
  bool v6 = ipvs::family_of(key) == ipvs::Family::v6;
  if ((which & kOtherFamily) != 0) v6 = !v6;
  const auto& servers = places().servers[v6];
  const uint8_t port = in.u8();
  const Reach& reach = kReaches[in.below(kReaches.size())];
  made.method = reach.method;
  made.tunnel = reach.tunnel;
  made.real = {servers[(which & 0x7fU) % servers.size()], made.method == ipvs::Method::masquerade
                                                              ? kPorts[port % kPorts.size()]
                                                              : port_of(key)};
  const uint8_t weight = in.u8();
  made.weight = weight == kHuge ? ipvs::kLargestWeight : weight;
  made.upper = in.u8();
  made.lower = in.u8();
  return made;
}

bool write_destination(std::vector<uint8_t>& out, const ipvs::ServiceKey& key,
                       const ipvs::Destination& made) {
  if (!write_key(out, key)) return false;
  const bool v6 = made.real.address.is_v6();
  const bool other = v6 != (ipvs::family_of(key) == ipvs::Family::v6);
  const auto server = place_of(places().servers[v6], made.real.address);
  const auto port = place_of(kPorts, made.real.port);
  const auto reach = std::find_if(kReaches.begin(), kReaches.end(), [&](const Reach& each) {
    return each.method == made.method &&
           (made.method != ipvs::Method::tunnel || each.tunnel.type == made.tunnel.type);
  });
  if (!server || !port) return false;
  const auto byte = [](uint32_t value) {
    return static_cast<uint8_t>(std::min<uint32_t>(value, kHuge));
  };
  for (const uint8_t each : {static_cast<uint8_t>(*server | (other ? kOtherFamily : 0)), *port,
                             static_cast<uint8_t>(reach - kReaches.begin()), byte(made.weight),
                             byte(made.upper), byte(made.lower)})
    out.push_back(each);
  return true;
}

ipvs::Daemon read_daemon(ByteReader& in) {
  constexpr std::array<uint16_t, 4> kLengths = {0, 100, 1000, 1472};
  ipvs::Daemon daemon;
  daemon.role = in.flag() ? ipvs::DaemonRole::backup : ipvs::DaemonRole::master;
  daemon.id = static_cast<uint8_t>(in.below(3));
  daemon.interface = in.flag() ? "eth1" : "eth0";
  daemon.largest = kLengths[in.below(kLengths.size())];
  return daemon;
}

ipvs::Command read_server_command(uint8_t operation, ByteReader& in) {
  const ipvs::ServiceKey key = read_key(in);
  const ipvs::Destination destination = read_destination(in, key);
  if (operation == kAddServer) return ipvs::AddDestination{key, destination};
  if (operation == kEditServer) return ipvs::EditDestination{key, destination};
  return ipvs::DeleteDestination{key, destination.real};
}

constexpr uint32_t kLongestTimeout = 1000;  // seconds

}  // namespace

ipvs::Command command_of(Bytes fields) {
  ByteReader in(fields);
  const auto operation = static_cast<uint8_t>(in.below(kOperations));
  switch (operation) {
    case kAdd:
      return ipvs::AddService{read_service(in)};
    case kEdit:
      return ipvs::EditService{read_service(in)};
    case kDelete:
      return ipvs::DeleteService{read_key(in)};
    case kClear:
      return ipvs::Clear{};
    case kTimeouts: {
      const uint32_t tcp = in.u16() % kLongestTimeout, fin = in.u16() % kLongestTimeout;
      return ipvs::SetTimeouts{tcp, fin, in.u16() % kLongestTimeout};
    }
    case kZero:
      if (in.flag()) return ipvs::Zero{read_key(in)};
      return ipvs::Zero{};
    case kStart:
      return ipvs::StartDaemon{read_daemon(in)};
    case kStop: {
      const ipvs::Daemon daemon = read_daemon(in);
      return ipvs::StopDaemon{daemon.role, daemon.id};
    }
    default:
      return read_server_command(operation, in);
  }
}

std::optional<std::vector<uint8_t>> fields_of(const ipvs::Command& command) {
  std::vector<uint8_t> out;
  const auto service = [&](uint8_t operation, const ipvs::Service& made) {
    out.push_back(operation);
    return write_service(out, made);
  };
  const auto server = [&](uint8_t operation, const ipvs::ServiceKey& key,
                          const ipvs::Destination& made) {
    out.push_back(operation);
    return write_destination(out, key, made);
  };
  bool written = false;
  if (const auto* add = std::get_if<ipvs::AddService>(&command))
    written = service(kAdd, add->service);
  else if (const auto* edit = std::get_if<ipvs::EditService>(&command))
    written = service(kEdit, edit->service);
  else if (const auto* added = std::get_if<ipvs::AddDestination>(&command))
    written = server(kAddServer, added->key, added->destination);
  else if (const auto* edited = std::get_if<ipvs::EditDestination>(&command))
    written = server(kEditServer, edited->key, edited->destination);
  else if (const auto* deleted = std::get_if<ipvs::DeleteDestination>(&command)) {
    ipvs::Destination named;
    named.real = deleted->real;
    named.method = ipvs::Method::masquerade;  // the port is the one written
    written = server(kDeleteServer, deleted->key, named);
  } else if (const auto* gone = std::get_if<ipvs::DeleteService>(&command))
    out.push_back(kDelete), written = write_key(out, gone->key);
  else if (std::holds_alternative<ipvs::Clear>(command))
    out.push_back(kClear), written = true;
  if (!written) return {};
  return out;
}

namespace {

constexpr std::array<std::string_view, 8> kValues = {"1", "0", "2", "3", "50", "100", "3 5", "0 0"};

std::optional<uint8_t> place_of(const std::vector<std::string_view>& all, std::string_view wanted) {
  const auto found = std::find(all.begin(), all.end(), wanted);
  if (found == all.end()) return {};
  return static_cast<uint8_t>(found - all.begin());
}

const std::vector<std::string_view>& names() {
  static const auto all = ipvs::setting_names();
  return all;
}

}  // namespace

std::string change_setting(ipvs::Settings& settings, Bytes fields) {
  ByteReader in(fields);
  const auto name = names()[in.below(static_cast<unsigned>(names().size()))];
  const auto value = kValues[in.below(kValues.size())];
  if (!ipvs::set(settings, name, value)) return {};
  return std::string(name) + " " + std::string(value);
}

std::optional<std::vector<uint8_t>> setting_fields_of(const std::string& name,
                                                      const std::string& value) {
  const auto place = place_of(names(), name);
  const auto found = place_of(kValues, std::string_view(value));
  if (!place || !found) return {};
  return std::vector<uint8_t>{*place, *found};
}

}  // namespace lvslab::fuzz
