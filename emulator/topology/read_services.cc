// What runs on a host and how its kernel is set: services and sysctls.

#include <algorithm>
#include <charconv>
#include <map>

#include "emulator/ipvs/settings.hh"
#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

bool same_port(const ServiceSpec& spec, const IdentityService& other) {
  const auto* identity = std::get_if<IdentityService>(&spec.what);
  return identity != nullptr && identity->transport == other.transport &&
         identity->port == other.port;
}

void read_identity(const Value& value, Host& host) {
  for (const Value& item : value.one_or_more()) {
    const auto service = read_transport_port(item);
    if (!service) continue;
    const bool taken =
        std::any_of(host.services.begin(), host.services.end(),
                    [&](const ServiceSpec& one) { return same_port(one, *service); });
    if (taken) {
      item.wrong("host '" + host.name + "' has a service at " + item.raw() + " already");
      continue;
    }
    host.services.push_back({*service, item.place()});
  }
}

void read_exec_service(const Mapping& keys, const Value& exec, Host& host) {
  if (host.stack == Stack::embedded) {
    exec.document().mistake(
        exec.key_place(),
        "host '" + host.name +
            "' is embedded and runs no programs; give it 'stack: kernel' or an identity service");
    return;
  }
  ExecService service;
  service.command = read_words(exec);
  if (const auto ready = keys.find("ready")) service.ready = read_transport_port(*ready);
  host.services.push_back({service, exec.key_place()});
}

void read_service(const Value& value, Host& host) {
  const Mapping keys(value, kService);
  if (!value.is_mapping()) return;
  const auto identity = keys.find("identity");
  const auto exec = keys.find("exec");
  const auto ready = keys.find("ready");
  if (identity.has_value() == exec.has_value()) {
    value.wrong("a service is either 'identity' or 'exec'");
    return;
  }
  if (identity && ready) {
    value.document().mistake(
        ready->key_place(),
        "'ready' is for an 'exec' service; the identity service is ready by itself");
  }
  if (identity) read_identity(*identity, host);
  if (exec) read_exec_service(keys, *exec, host);
}

std::vector<std::string_view> parts_of(std::string_view key) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('.', begin), key.size());
    parts.push_back(key.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool well_formed(const std::vector<std::string_view>& parts) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  const auto good = [&](std::string_view part) {
    return !part.empty() && part.find_first_not_of(kLetters) == std::string_view::npos;
  };
  return parts.size() >= 3 && parts[0] == "net" && std::all_of(parts.begin(), parts.end(), good);
}

// The devices that a sysctl can name on this host.
std::vector<std::string_view> devices_of(const Host& host) {
  std::vector<std::string_view> names = {"all", "default"};
  if (host.stack == Stack::kernel) names.emplace_back("lo");
  if (host.tunnel) names.emplace_back("tunl0");
  for (const Interface& interface : host.interfaces) names.push_back(interface.name);
  return names;
}

// What an embedded host keeps of the kernel's sysctls, and the largest value of each.
const std::map<std::string_view, uint32_t>& embedded_policies() {
  static const std::map<std::string_view, uint32_t> known = {
      {"arp_ignore", 2}, {"arp_announce", 2}, {"rp_filter", 2}};
  return known;
}
const std::map<std::string_view, uint32_t>& embedded_settings() {
  static const std::map<std::string_view, uint32_t> any = {{"net.ipv4.ip_forward", 1},
                                                           {"net.ipv4.conf.all.send_redirects", 1}};
  return any;
}

constexpr std::string_view kVs = "net.ipv4.vs.";

// net.ipv4.vs.* of an embedded director. False if it was a mistake.
bool read_director_setting(const Entry& entry, const std::string& text) {
  const std::string_view name = std::string_view(entry.name).substr(kVs.size());
  const auto names = ipvs::setting_names();
  Document& document = entry.value.document();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    document.mistake(entry.place, "the embedded director doesn't know the sysctl '" + entry.name +
                                      "'" + suggestion(name, names));
    return false;
  }
  if (ipvs::Settings settings; ipvs::set(settings, name, text)) return true;
  document.mistake(entry.value.place(), "'" + text + "' is no value that " + entry.name + " takes");
  return false;
}

std::string embedded_list(const Host& host) {
  std::string text = "net.ipv4.conf.{all,default,INTERFACE}.{arp_ignore,arp_announce,rp_filter}";
  for (const auto& [name, most] : embedded_settings()) text += ", " + std::string(name);
  if (host.role == Role::director) text += ", net.ipv4.vs.*";
  return text;
}

std::optional<uint32_t> largest_embedded(const std::string& key,
                                         const std::vector<std::string_view>& parts) {
  if (parts.size() == 5 && parts[1] == "ipv4" && parts[2] == "conf") {
    const auto policy = embedded_policies().find(parts[4]);
    if (policy != embedded_policies().end()) return policy->second;
  }
  const auto setting = embedded_settings().find(key);
  if (setting != embedded_settings().end()) return setting->second;
  return {};
}

void read_sysctl(const Entry& entry, Host& host) {
  Document& document = entry.value.document();
  const auto parts = parts_of(entry.name);
  if (!well_formed(parts)) {
    document.mistake(
        entry.place,
        "'" + entry.name +
            "' is no sysctl of a network namespace; one is net.ipv4.conf.all.arp_ignore");
    return;
  }
  const bool of_device = parts.size() == 5 && (parts[2] == "conf" || parts[2] == "neigh");
  const auto devices = devices_of(host);
  if (of_device && std::find(devices.begin(), devices.end(), parts[3]) == devices.end()) {
    document.mistake(entry.place, "host '" + host.name + "' has no interface '" +
                                      std::string(parts[3]) + "'" + suggestion(parts[3], devices));
    return;
  }
  const auto text = entry.value.text("the sysctl's value");
  if (!text) return;
  if (host.role == Role::director && host.stack == Stack::embedded && entry.name.starts_with(kVs)) {
    if (!read_director_setting(entry, *text)) return;
  } else if (host.stack == Stack::embedded) {
    const auto most = largest_embedded(entry.name, parts);
    if (!most) {
      document.mistake(entry.place, "an embedded host doesn't know the sysctl '" + entry.name +
                                        "'; it knows " + embedded_list(host));
      return;
    }
    if (!read_number(entry.value, 0, *most)) return;
  }
  host.sysctls[entry.name] = *text;
}

}  // namespace

void read_services(const Value& value, Host& host) {
  const size_t mistakes = value.document().mistakes.size();
  for (const Value& item : value.items("a list of services, as - identity: tcp/80")) {
    read_service(item, host);
  }
  if (value.document().mistakes.size() > mistakes) value.document().gaps.services = true;
}

void read_sysctls(const Value& value, Host& host) {
  const Mapping sysctls(value, "sysctls by their names, as net.ipv4.conf.all.arp_ignore: 1",
                        "sysctl");
  for (const Entry& entry : sysctls.entries()) read_sysctl(entry, host);
}

}  // namespace lvslab::topology
