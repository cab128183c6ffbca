#include "emulator/ipvs/language.hh"
#include "emulator/ipvs/option.hh"

namespace lvslab::ipvs {

namespace {

std::string service_option(Protocol protocol) {
  if (protocol == Protocol::tcp) return "-t ";
  return protocol == Protocol::udp ? "-u " : "--sctp-service ";
}

std::string words(const Persistence& persistence, Family family) {
  std::string text = " -p " + std::to_string(persistence.timeout);
  const Persistence whole;
  if (family == Family::v4 && persistence.netmask != whole.netmask)
    text += " -M " + IpAddress::v4_from(persistence.netmask).to_string();
  if (family == Family::v6 && persistence.prefix6 != whole.prefix6)
    text += " -M " + std::to_string(persistence.prefix6);
  return text;
}

std::string words(const SchedulerFlags& flags, Scheduler scheduler) {
  const FlagNames names = flag_names(scheduler);
  std::string text;
  const auto add = [&](bool set, std::string_view name) {
    if (!set) return;
    text += text.empty() ? " -b " : ",";
    text += name;
  };
  add(flags.fallback, names.fallback);
  add(flags.port, names.port);
  add(flags.third, names.third);
  return text;
}

std::string words(const Service& service) {
  std::string text = print(service.key) + " -s " + std::string(name_of(service.scheduler));
  if (service.persistence) text += words(*service.persistence, family_of(service.key));
  if (!service.engine.empty()) text += " --pe " + service.engine;
  if (service.one_packet) text += " -o";
  return text + words(service.flags, service.scheduler);
}

std::string words(const Destination& destination) {
  constexpr std::string_view kMethods[] = {" -m", " -g", " -i"};
  std::string text = " -r " + destination.real.to_string();
  text += kMethods[static_cast<size_t>(destination.method)];
  text += " -w " + std::to_string(destination.weight);
  if (destination.method == Method::tunnel) text += " " + print(destination.tunnel);
  // Not saved by ipvsadm -S: they stand last, so the rest of the line is what it would print.
  if (destination.upper != 0) text += " -x " + std::to_string(destination.upper);
  if (destination.lower != 0) text += " -y " + std::to_string(destination.lower);
  return text;
}

struct Printer {
  std::string operator()(const AddService& c) const { return "-A " + words(c.service); }
  std::string operator()(const EditService& c) const { return "-E " + words(c.service); }
  std::string operator()(const DeleteService& c) const { return "-D " + print(c.key); }
  std::string operator()(const AddDestination& c) const {
    return "-a " + print(c.key) + words(c.destination);
  }
  std::string operator()(const EditDestination& c) const {
    return "-e " + print(c.key) + words(c.destination);
  }
  std::string operator()(const DeleteDestination& c) const {
    return "-d " + print(c.key) + " -r " + c.real.to_string();
  }
  std::string operator()(const Clear&) const { return "-C"; }
  std::string operator()(const SetTimeouts& c) const {
    return "--set " + std::to_string(c.tcp) + " " + std::to_string(c.tcp_fin) + " " +
           std::to_string(c.udp);
  }
  std::string operator()(const Zero& c) const { return c.key ? "-Z " + print(*c.key) : "-Z"; }
  std::string operator()(const StartDaemon& c) const {
    const Daemon& daemon = c.daemon;
    std::string text = "--start-daemon " + word(daemon.role) + " --syncid " +
                       std::to_string(daemon.id) + " --mcast-interface " + daemon.interface;
    if (daemon.largest != 0) text += " --sync-maxlen " + std::to_string(daemon.largest);
    if (!daemon.group.is_unspecified()) text += " --mcast-group " + daemon.group.to_string();
    if (daemon.port != 0) text += " --mcast-port " + std::to_string(daemon.port);
    if (daemon.ttl != 0) text += " --mcast-ttl " + std::to_string(daemon.ttl);
    return text;
  }
  std::string operator()(const StopDaemon& c) const {
    return "--stop-daemon " + word(c.role) + " --syncid " + std::to_string(c.id);
  }
  static std::string word(DaemonRole role) {
    return role == DaemonRole::master ? "master" : "backup";
  }
};

}  // namespace

std::string print(const ServiceKey& key) {
  if (const auto* address = std::get_if<AddressKey>(&key))
    return service_option(address->protocol) + address->virtual_end.to_string();
  const auto& mark = std::get<MarkKey>(key);
  return "-f " + std::to_string(mark.mark) + (mark.family == Family::v6 ? " -6" : "");
}

std::string print(const Tunnel& tunnel) {
  if (tunnel.type == TunnelType::ipip) return "--tun-type ipip";
  std::string text = "--tun-type gre";
  if (tunnel.type == TunnelType::gue)
    text = "--tun-type gue --tun-port " + std::to_string(tunnel.port);
  if (tunnel.checksum == TunnelChecksum::none) return text + " --tun-nocsum";
  return text + (tunnel.checksum == TunnelChecksum::checksum ? " --tun-csum" : " --tun-remcsum");
}

std::string print(const Command& command) {
  return std::visit(Printer{}, command);
}

}  // namespace lvslab::ipvs
