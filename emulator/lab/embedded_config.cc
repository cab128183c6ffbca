#include "emulator/lab/embedded_config.hh"

#include <charconv>

#include "emulator/base/error.hh"
#include "emulator/base/random.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::lab {

namespace {

constexpr std::string_view kConf = "net.ipv4.conf.";
constexpr std::string_view kVs = "net.ipv4.vs.";
constexpr std::string_view kTunnel = "tunl0";

[[noreturn]] void refuse(const topology::Host& host, const std::string& key, const char* why) {
  throw UsageError(host.name + ": sysctl " + key + ": " + why);
}

int number(const topology::Host& host, const std::string& key, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    refuse(host, key, "an embedded host takes a number here");
  return value;
}

// One "net.ipv4.conf.SCOPE.NAME" in the policies it concerns.
class Policies {
 public:
  Policies(const topology::Host& host, host::HostConfig& config) : host_(host), config_(config) {}

  void set(const std::string& key, std::string_view scope, std::string_view name, int value) {
    if (scope == "all" && name == "send_redirects") {
      config_.send_redirects = value != 0;
    } else if (scope == "all") {
      set_in(config_.all, key, name, value);
    } else if (scope == "default") {
      for (auto& interface : config_.interfaces) set_in(interface.policy, key, name, value);
      if (config_.tunnel) set_in(*config_.tunnel, key, name, value);
    } else if (scope == kTunnel && config_.tunnel) {
      set_in(*config_.tunnel, key, name, value);
    } else {
      set_in(interface(key, scope).policy, key, name, value);
    }
  }

 private:
  void set_in(host::InterfacePolicy& policy, const std::string& key, std::string_view name,
              int value) {
    if (name == "arp_ignore") {
      policy.arp_ignore = value;
    } else if (name == "arp_announce") {
      policy.arp_announce = value;
    } else if (name == "rp_filter") {
      policy.rp_filter = value;
    } else {
      refuse(host_, key, "an embedded host has arp_ignore, arp_announce and rp_filter here");
    }
  }

  host::InterfaceConfig& interface(const std::string& key, std::string_view name) {
    for (auto& candidate : config_.interfaces)
      if (candidate.name == name) return candidate;
    refuse(host_, key, "the host has no such interface");
  }

  const topology::Host& host_;
  host::HostConfig& config_;
};

// `default` first: an interface's own value overrides it, whatever the order in the file.
void apply_sysctls(const topology::Host& host, host::HostConfig& config) {
  Policies policies(host, config);
  for (const bool defaults : {true, false}) {
    for (const auto& [key, text] : host.sysctls) {
      if (key.starts_with(kVs)) continue;  // director_settings()
      if (key == "net.ipv4.ip_forward") {
        config.forwarding = number(host, key, text) != 0;
        continue;
      }
      const size_t dot = key.rfind('.');
      if (!key.starts_with(kConf) || dot < kConf.size())
        refuse(host, key, "an embedded host has net.ipv4.ip_forward and net.ipv4.conf.*");
      const std::string scope = key.substr(kConf.size(), dot - kConf.size());
      if ((scope == "default") == defaults)
        policies.set(key, scope, key.substr(dot + 1), number(host, key, text));
    }
  }
}

uint64_t seed_for(const std::string& name, uint64_t seed) {
  Random random(seed);
  for (const char c : name) random = Random(random.next() ^ static_cast<unsigned char>(c));
  return random.next();
}

}  // namespace

host::HostConfig embedded_config(const topology::Host& host, uint64_t seed) {
  host::HostConfig config;
  config.name = host.name;
  config.seed = seed_for(host.name, seed);
  for (const auto& interface : host.interfaces)
    config.interfaces.push_back(
        {interface.name, interface.mac, interface.mtu, interface.addresses, {}});
  config.loopback = host.loopback;
  for (const auto& gateway : host.gateways)
    config.routes.push_back({wire::Prefix{gateway.masked(0), 0}, gateway, {}});
  for (const auto& route : host.routes) config.routes.push_back({route.to, route.via, {}});
  config.forwarding = host.role == topology::Role::router || host.role == topology::Role::director;
  if (host.tunnel) config.tunnel.emplace();
  apply_sysctls(host, config);
  return config;
}

director::Settings director_settings(const topology::Host& host) {
  director::Settings settings;
  if (host.connections_at_most) settings.table_bound = *host.connections_at_most;
  for (const auto& [key, text] : host.sysctls) {
    if (!key.starts_with(kVs)) continue;
    if (host.role != topology::Role::director) refuse(host, key, "only a director has it");
    const std::string name = key.substr(kVs.size());
    if (!ipvs::set(settings, name, text))
      refuse(host, key, ("it does not take '" + text + "'").c_str());
  }
  return settings;
}

std::vector<node::MarkRule> director_marks(const topology::Host& host) {
  std::vector<node::MarkRule> rules;
  for (const auto& spec : host.marks) {
    const bool tcp = spec.over == topology::Transport::tcp;
    const uint8_t protocol = !spec.over ? uint8_t{0} : tcp ? wire::proto::kTcp : wire::proto::kUdp;
    rules.push_back({spec.mark, spec.to, protocol, spec.port});
  }
  return rules;
}

}  // namespace lvslab::lab
