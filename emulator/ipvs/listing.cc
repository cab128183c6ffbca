#include "emulator/ipvs/listing.hh"

#include "emulator/ipvs/language.hh"
#include "emulator/ipvs/listing_order.hh"
#include "emulator/ipvs/listing_text.hh"

namespace lvslab::ipvs {

namespace {

// ip_vs_conn_tab_size as Linux builds it.
constexpr const char* kHeadline = "IP Virtual Server version 1.2.1 (size=4096)\n";
constexpr const char* kServers = "  -> RemoteAddress:Port\n";
constexpr size_t kServiceWidth = 33;
constexpr size_t kServerWidth = 28;

std::string counter_title(std::initializer_list<const char*> names) {
  std::string text = left("Prot LocalAddress:Port", kServiceWidth);
  for (const char* name : names) text += " " + right(name, 8);
  return text + "\n" + kServers;
}

std::string title_of(Columns columns) {
  const std::string service = left("Prot LocalAddress:Port", kServiceWidth);
  const std::string rule = "Prot LocalAddress:Port Scheduler Flags\n";
  switch (columns) {
    case Columns::stats:
      return counter_title({"Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"});
    case Columns::rates:
      return counter_title({"CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"});
    case Columns::thresholds:
      return service + " Uthreshold Lthreshold ActiveConn InActConn \n" + kServers;
    case Columns::persistent:
      return service + " Weight    PersistConn ActiveConn InActConn \n" + kServers;
    case Columns::tunnels:
      return rule +
             "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn "
             "InActConn\n";
    case Columns::usual:
      break;
  }
  return rule + "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
}

std::string numbers(const Counters& c, bool exact) {
  std::string text;
  for (const uint64_t n : {c.connections, c.packets_in, c.packets_out, c.bytes_in, c.bytes_out})
    text += large_number(n, exact);
  return text;
}

Counters counters_of(const Rates& r) {
  return {r.connections, r.packets_in, r.packets_out, r.bytes_in, r.bytes_out};
}

// A server's rates of packets are never shortened, and have their blanks outside.
std::string server_rates(const Rates& r, bool exact) {
  std::string text;
  for (const uint64_t n : {r.connections, r.packets_in, r.packets_out})
    text += " " + right(std::to_string(n), 8);
  return text + large_number(r.bytes_in, exact) + large_number(r.bytes_out, exact);
}

// Names are cut where they would leave their column, unless they are IPv6.
std::string service_name(const ServiceKey& key, const Form& form, const Resolver& resolver) {
  if (const auto* mark = std::get_if<MarkKey>(&key))
    return "FWM  " + std::to_string(static_cast<int32_t>(mark->mark)) +
           (mark->family == Family::v6 ? " IPv6" : "");
  const auto& address = std::get<AddressKey>(key);
  const std::string text =
      left(std::string(name_of(address.protocol)), 4) + " " +
      endpoint_text(address.virtual_end, protocol_of(key), form.numeric, resolver);
  return address.virtual_end.address.is_v6() ? text : text.substr(0, kServiceWidth);
}

std::string rule_text(const Service& service) {
  std::string text = " " + std::string(name_of(service.scheduler));
  if (any(service.flags)) text += " (" + flags_text(service.flags, service.scheduler) + ")";
  if (service.persistence) {
    text += " persistent " + std::to_string(service.persistence->timeout);
    text += mask_text(*service.persistence, family_of(service.key), " mask ");
    if (!service.engine.empty()) text += " pe " + service.engine;
  }
  return text + (service.one_packet ? " ops" : "");
}

std::string service_line(const ServiceStatus& service, const Form& form, const Resolver& resolver) {
  const std::string name = service_name(service.rule.key, form, resolver);
  if (form.columns == Columns::stats)
    return left(name, kServiceWidth) + numbers(service.counters, form.exact) + "\n";
  if (form.columns == Columns::rates)
    return left(name, kServiceWidth) + numbers(counters_of(service.rates), form.exact) + "\n";
  return name + rule_text(service.rule) + "\n";
}

std::string forward_text(Method method) {
  constexpr const char* kWords[] = {"Masq", "Route", "Tunnel"};
  return left(std::string(kWords[static_cast<size_t>(method)]), 7);
}

std::string tunnel_text(const Destination& rule) {
  constexpr const char* kChecksums[] = {"-c", "+c", "r+c"};
  if (rule.method != Method::tunnel) return "n/a";
  if (rule.tunnel.type == TunnelType::ipip) return "ipip";
  const std::string checksum = kChecksums[static_cast<size_t>(rule.tunnel.checksum)];
  if (rule.tunnel.type == TunnelType::gre) return "gre:" + checksum;
  return "gue:" + std::to_string(rule.tunnel.port) + ":" + checksum;
}

std::string server_columns(const DestinationStatus& server, const Form& form) {
  const Destination& rule = server.rule;
  const std::string used = " " + left(server.active, 10) + " " + left(server.inactive, 10);
  switch (form.columns) {
    case Columns::stats:
      return numbers(server.counters, form.exact);
    case Columns::rates:
      return server_rates(server.rates, form.exact);
    case Columns::thresholds:
      return " " + left(rule.upper, 10) + " " + left(rule.lower, 10) + used;
    case Columns::persistent:
      return " " + left(rule.weight, 9) + " " + left(server.persistent, 11) + used;
    case Columns::tunnels:
      return " " + forward_text(rule.method) + " " + left(tunnel_text(rule), 13) + " " +
             left(rule.weight, 6) + used;
    case Columns::usual:
      break;
  }
  return " " + forward_text(rule.method) + " " + left(rule.weight, 6) + used;
}

std::string entry(const ServiceStatus& service, const Form& form, const Resolver& resolver) {
  std::string text = service_line(service, form, resolver);
  const uint8_t protocol = protocol_of(service.rule.key);
  for (const auto* server : in_order(service.destinations, form.sorted)) {
    std::string name = endpoint_text(server->rule.real, protocol, form.numeric, resolver);
    if (server->rule.real.address.is_v4()) name = name.substr(0, kServerWidth);
    text += "  -> " + left(name, kServerWidth) + server_columns(*server, form) + "\n";
  }
  return text;
}

}  // namespace

std::string list_services(const std::vector<ServiceStatus>& services, const Form& form,
                          const Resolver& resolver) {
  std::string text = kHeadline + title_of(form.columns);
  for (const auto* service : in_order(services, form.sorted))
    text += entry(*service, form, resolver);
  return text;
}

std::string list_service(const ServiceStatus& service, const Form& form, const Resolver& resolver) {
  return title_of(form.columns) + entry(service, form, resolver);
}

}  // namespace lvslab::ipvs
