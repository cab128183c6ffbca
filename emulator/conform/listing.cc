#include "emulator/conform/listing.hh"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "emulator/base/error.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::conform {

namespace {

using ipvs::Method;

std::string forward_of(const ipvs::Destination& rule) {
  if (rule.method == Method::masquerade) return "Masq";
  return rule.method == Method::route ? "Route" : "Tunnel";
}

// "TCP 10.0.0.1:80", "FWM 1 IPv6"
std::string name_of(const ipvs::ServiceKey& key) {
  if (const auto* mark = std::get_if<ipvs::MarkKey>(&key))
    return "FWM " + std::to_string(mark->mark) + (mark->family == ipvs::Family::v6 ? " IPv6" : "");
  const auto& address = std::get<ipvs::AddressKey>(key);
  return std::string(ipvs::name_of(address.protocol)) + " " + address.virtual_end.to_string();
}

std::string mask_of(const ipvs::Service& service) {
  const auto& persistence = *service.persistence;
  if (ipvs::family_of(service.key) == ipvs::Family::v6)
    return persistence.prefix6 == 128 ? "" : " mask " + std::to_string(persistence.prefix6);
  if (persistence.netmask == 0xffffffff) return "";
  return " mask " + ipvs::IpAddress::v4_from(persistence.netmask).to_string();
}

std::string flags_of(const ipvs::Service& service) {
  // print() knows the names: "-b sh-fallback,sh-port".
  const auto text = ipvs::print(ipvs::AddService{service});
  const size_t at = text.find(" -b ");
  if (at == std::string::npos) return "";
  std::string names = text.substr(at + 4);
  return " (" + names.substr(0, names.find(' ')) + ")";
}

std::string title_of(const ipvs::Service& service) {
  std::string text = name_of(service.key) + " " + std::string(ipvs::name_of(service.scheduler)) +
                     flags_of(service);
  if (service.persistence)
    text += " persistent " + std::to_string(service.persistence->timeout) + mask_of(service);
  if (!service.engine.empty()) text += " pe " + service.engine;
  if (service.one_packet) text += " ops";
  return text;
}

std::string counters_of(const ipvs::Counters& c) {
  std::string text;
  for (const uint64_t value : {c.connections, c.packets_in, c.packets_out, c.bytes_in, c.bytes_out})
    text += " " + std::to_string(value);
  return text;
}

using Column = std::string (*)(const ipvs::DestinationStatus&);

std::string connections_of(const ipvs::DestinationStatus& d) {
  return " " + forward_of(d.rule) + " " + std::to_string(d.rule.weight) + " " +
         std::to_string(d.active) + " " + std::to_string(d.inactive);
}
std::string stats_of(const ipvs::DestinationStatus& d) {
  return counters_of(d.counters);
}
std::string thresholds_of(const ipvs::DestinationStatus& d) {
  return " " + std::to_string(d.rule.upper) + " " + std::to_string(d.rule.lower) + " " +
         std::to_string(d.active) + " " + std::to_string(d.inactive);
}
std::string persistent_of(const ipvs::DestinationStatus& d) {
  return " " + std::to_string(d.rule.weight) + " " + std::to_string(d.persistent) + " " +
         std::to_string(d.active) + " " + std::to_string(d.inactive);
}

std::string services(const director::Director& director, Column column, bool stats) {
  std::string text;
  for (auto& service : director.services()) {
    text += (stats ? name_of(service.rule.key) + counters_of(service.counters)
                   : title_of(service.rule)) +
            "\n";
    auto servers = service.destinations;
    std::stable_sort(servers.begin(), servers.end(), [](const auto& a, const auto& b) {
      if (a.rule.real.address.family() != b.rule.real.address.family())
        return a.rule.real.address.is_v6();
      return a.rule.real < b.rule.real;
    });
    for (const auto& server : servers)
      text += "-> " + server.rule.real.to_string() + column(server) + "\n";
  }
  return text;
}

std::string protocol_of(uint8_t protocol) {
  switch (protocol) {
    case 0:
      return "IP";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 132:
      return "SCTP";
    default:
      return std::to_string(protocol);
  }
}

std::string connections(const director::Director& director, Time now) {
  std::string text;
  for (const auto& c : director.connections(now)) {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(c.left).count();
    char expire[32];
    std::snprintf(expire, sizeof expire, "%02d:%02d", static_cast<int>(left / 60),
                  static_cast<int>(left % 60));
    text += protocol_of(c.protocol) + " " + expire + " " + c.state + " " + c.client.to_string() +
            " " + c.virtual_end.to_string() + " " + c.real.to_string() + "\n";
  }
  return text;
}

// ipvsadm does not save -x and -y.
std::string without_thresholds(std::string text) {
  for (const char* option : {" -x ", " -y "}) {
    const size_t at = text.find(option);
    if (at == std::string::npos) continue;
    const size_t end = text.find(' ', at + 4);
    text.erase(at, end == std::string::npos ? end : end - at);
  }
  return text;
}

std::string saved(const director::Director& director) {
  std::string text;
  for (auto& service : director.services()) {
    text += ipvs::print(ipvs::AddService{service.rule}) + "\n";
    for (const auto& server : service.destinations)
      text += without_thresholds(ipvs::print(ipvs::AddDestination{service.rule.key, server.rule})) +
              "\n";
  }
  return text;
}

std::string timeouts(const director::Director& director) {
  const auto t = director.timeouts();
  return "Timeout (tcp tcpfin udp): " + std::to_string(t.tcp) + " " + std::to_string(t.tcp_fin) +
         " " + std::to_string(t.udp) + "\n";
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string joined;
    for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
    if (!joined.empty()) lines.push_back(joined);
  }
  return lines;
}

bool is_title(const std::string& line) {
  for (const char* start :
       {"IP Virtual Server", "Prot ", "-> RemoteAddress", "IPVS connection", "pro expire"})
    if (line.starts_with(start)) return true;
  return false;
}

bool of_connections(std::string_view options) {
  return options == "-Lnc" || options == "-Lcn";
}

// "01:59" as seconds; -1 for what is no time.
int seconds_of(const std::string& text) {
  int minutes = 0, seconds = 0;
  if (std::sscanf(text.c_str(), "%d:%d", &minutes, &seconds) != 2) return -1;
  return minutes * 60 + seconds;
}

struct ConnectionLine {
  std::string rest;
  int left = -1;
};

ConnectionLine connection_of(const std::string& line) {
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first + 1);
  if (second == std::string::npos) return {line, -1};
  return {line.substr(0, first) + line.substr(second),
          seconds_of(line.substr(first + 1, second - first - 1))};
}

}  // namespace

std::string list(const director::Director& director, std::string_view options, Time now) {
  std::string text;
  if (options == "-Ln") {
    text = services(director, connections_of, false);
  } else if (options == "-Ln --stats") {
    text = services(director, stats_of, true);
  } else if (options == "-Ln --thresholds") {
    text = services(director, thresholds_of, false);
  } else if (options == "-Ln --persistent-conn") {
    text = services(director, persistent_of, false);
  } else if (of_connections(options)) {
    text = connections(director, now);
  } else if (options == "-L --timeout") {
    text = timeouts(director);
  } else if (options == "-Sn") {
    text = saved(director);
  } else {
    throw UsageError("a case cannot list '" + std::string(options) + "'");
  }
  return normalised(text, options);
}

std::string normalised(std::string_view text, std::string_view options) {
  auto lines = lines_of(text);
  std::erase_if(lines, is_title);
  // With thresholds and persistence the name alone of a service is shown, or all: to be on the
  // same footing the scheduler and flags go.
  if (options.find("--thresholds") != std::string_view::npos ||
      options.find("--persistent-conn") != std::string_view::npos) {
    for (auto& line : lines) {
      const bool mark = line.starts_with("FWM ");
      if (line.starts_with("-> ")) continue;
      const size_t end = line.find(' ', line.find(' ') + 1);
      line = line.substr(0, end) + (mark && line.find("IPv6") != std::string::npos ? " IPv6" : "");
    }
  }
  if (of_connections(options)) {
    std::sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
      const auto x = connection_of(a), y = connection_of(b);
      return x.rest != y.rest ? x.rest < y.rest : x.left < y.left;
    });
  } else if (options == "-Sn") {
    std::sort(lines.begin(), lines.end());
  }
  std::string result;
  for (const auto& line : lines) result += line + "\n";
  return result;
}

bool same_listing(std::string_view ours, std::string_view kernels, std::string_view options,
                  Duration late) {
  if (ours == kernels) return true;
  if (!of_connections(options)) return false;
  const auto most = 1 + static_cast<int>(to_seconds(late) + 0.999);
  const auto mine = lines_of(ours), theirs = lines_of(kernels);
  return mine.size() == theirs.size() &&
         std::equal(mine.begin(), mine.end(), theirs.begin(), [&](const auto& a, const auto& b) {
           const auto x = connection_of(a), y = connection_of(b);
           return x.rest == y.rest && std::abs(x.left - y.left) <= most;
         });
}

}  // namespace lvslab::conform
