#include "emulator/report/facts.hh"

#include <array>

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
using topology::Engine;
using topology::Host;
using topology::Role;
using topology::Stack;

std::string name_of(Role role) {
  switch (role) {
    case Role::client:
      return "client";
    case Role::router:
      return "router";
    case Role::director:
      return "director";
    case Role::real_server:
      return "real server";
  }
  return "";
}

std::string engine_of(const Host& host) {
  switch (host.engine) {
    case Engine::embedded:
      return "embedded";
    case Engine::ipvs:
      return "kernel IPVS";
    case Engine::external:
      return visible(joined(host.command, " "));
  }
  return "";
}

std::string transport_and_port(const topology::IdentityService& service) {
  return (service.transport == topology::Transport::tcp ? "tcp " : "udp ") +
         std::to_string(service.port);
}

void add_services(const Host& host, std::vector<std::string>& lines) {
  std::vector<std::string> identities;
  for (const auto& service : host.services) {
    if (const auto* own = std::get_if<topology::IdentityService>(&service.what)) {
      identities.push_back(transport_and_port(*own));
    }
  }
  if (!identities.empty()) lines.push_back("answers on " + joined(identities, ", "));
  for (const auto& service : host.services) {
    const auto* program = std::get_if<topology::ExecService>(&service.what);
    if (program == nullptr) continue;
    lines.push_back("runs " + visible(joined(program->command, " ")));
    if (program->ready) lines.back() += ", ready on " + transport_and_port(*program->ready);
  }
}
}  // namespace

std::set<wire::IpAddress> virtual_addresses(const topology::Topology& lab) {
  std::set<wire::IpAddress> found;
  for (const auto& host : lab.hosts) {
    for (const auto& rule : host.rules) {
      const auto* add = std::get_if<ipvs::AddService>(&rule.command);
      if (add == nullptr) continue;
      const auto* key = std::get_if<ipvs::AddressKey>(&add->service.key);
      if (key != nullptr) found.insert(key->virtual_end.address);
    }
  }
  return found;
}

std::string role_of(const Host& host) {
  const auto role = name_of(host.role);
  std::string more;
  if (host.role == Role::director) more = engine_of(host);
  if (host.role == Role::real_server) {
    more = host.stack == Stack::kernel ? "kernel stack" : "embedded stack";
  }
  return joined({host.name == role ? "" : role, more}, ", ");
}

std::string short_address(const wire::IpAddress& address, const topology::Network& network) {
  for (const auto& subnet : network.subnets) {
    if (!subnet.contains(address)) continue;
    if (address.is_v4()) {
      std::string text;
      // The octets that the network does not fix.
      for (size_t i = subnet.length / 8; i < 4; ++i)
        text += "." + std::to_string(address.bytes()[i]);
      return text.empty() ? address.to_string() : text;
    }
    std::array<uint8_t, 16> host{};
    address.store(host.data());
    for (size_t bit = 0; bit < subnet.length; ++bit) {
      host[bit / 8] = static_cast<uint8_t>(host[bit / 8] & ~(0x80u >> (bit % 8)));
    }
    return wire::IpAddress::v6_at(host.data()).to_string();
  }
  return address.to_string();
}

std::string with_mark(const std::string& text, bool is_virtual) {
  return is_virtual ? text + " (VIP)" : text;
}

std::vector<std::string> facts_of(const Host& host, const std::set<wire::IpAddress>& virtual_ones) {
  std::vector<std::string> lines, loopback;
  for (const auto& prefix : host.loopback) {
    loopback.push_back(with_mark(prefix.to_string(), virtual_ones.contains(prefix.address)));
  }
  if (!loopback.empty()) lines.push_back("lo " + joined(loopback, ", "));
  if (host.tunnel) lines.push_back("tunl0 takes IPIP off");
  for (const auto& gateway : host.gateways) lines.push_back("gateway " + gateway.to_string());
  for (const auto& route : host.routes) {
    lines.push_back(route.to.to_string() + " via " + route.via.to_string());
  }
  add_services(host, lines);
  for (const auto& rule : host.rules) lines.push_back(visible(rule.text));
  return lines;
}

}  // namespace lvslab::report
