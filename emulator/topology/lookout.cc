// Where an expectation looks, and at how many frames.

#include <algorithm>
#include <charconv>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"

namespace lvslab::topology {

namespace {

constexpr std::string_view kServer = "server";             // the one that answered
constexpr std::string_view kRealServers = "real-servers";  // all of that role

std::vector<const Host*> real_servers(const Topology& topology) {
  std::vector<const Host*> found;
  for (const Host& host : topology.hosts) {
    if (host.role == Role::real_server) found.push_back(&host);
  }
  return found;
}

bool has_interface(const Host& host, const std::string& name, const Value& value) {
  std::vector<std::string_view> names;
  for (const Interface& one : host.interfaces) names.push_back(one.name);
  if (name == "*" || std::find(names.begin(), names.end(), name) != names.end()) return true;
  value.wrong("host '" + host.name + "' has no interface '" + name + "'" + suggestion(name, names));
  return false;
}

// "*", or "HOST:INTERFACE" with "*" for an interface that isn't named.
std::optional<std::string> read_pattern(const std::string& text, const Value& value,
                                        const StepContext& context, bool server) {
  if (text == "*") return text;
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string name = text.substr(0, colon);
  const std::string interface = colon < text.size() ? text.substr(colon + 1) : "*";
  const auto hosts = name == kRealServers ? real_servers(context.topology)
                                          : hosts_meant(name, value, context, server);
  if (hosts.empty()) {
    if (name == kRealServers) value.wrong("'real-servers' means nobody here: the lab has none");
    return {};
  }
  for (const Host* host : hosts) {
    if (!has_interface(*host, interface, value)) return {};
  }
  const std::string from = context.from();
  return (name == "client" && !from.empty() ? from : name) + ":" + interface;
}

std::optional<uint32_t> number_in(std::string_view digits) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  return number;
}

}  // namespace

std::string StepContext::from() const {
  if (const auto* request = std::get_if<Request>(&action)) return request->from;
  if (const auto* more = std::get_if<Continue>(&action)) return more->from;
  if (const auto* ping = std::get_if<Ping>(&action)) return ping->from;
  if (const auto* probe = std::get_if<ArpProbe>(&action)) return probe->from;
  return "";
}

uint32_t StepContext::requests() const {
  if (const auto* request = std::get_if<Request>(&action)) return request->count;
  if (const auto* more = std::get_if<Continue>(&action)) return more->count;
  return 0;
}

std::vector<const Host*> hosts_meant(const std::string& name, const Value& value,
                                     const StepContext& context, bool server) {
  std::vector<const Host*> meant;
  if (name == kServer) {
    if (!server || !context.asks()) {
      value.wrong(
          "'server' is whoever answered one request; name the host here, or real-servers for all "
          "of them");
      return {};
    }
    for (const Host& host : context.topology.hosts) {
      if (is_server(host)) meant.push_back(&host);
    }
    if (meant.empty()) value.wrong("'server' means nobody here: the lab has no real server");
    return meant;
  }
  const std::string from = context.from();
  if (name == "client" && !from.empty()) {
    if (from != name && context.topology.find_host(name) != nullptr) {
      value.wrong("'client' is not who asks in this step; write the host's name, '" + from + "'");
      return {};
    }
    if (const Host* host = context.topology.find_host(from)) meant.push_back(host);
    return meant;
  }
  if (const Host* host = find_named(context.topology, name, value.place(), context.document)) {
    meant.push_back(host);
  }
  return meant;
}

std::optional<Lookout> read_lookout(const Value& value, const StepContext& context,
                                    const Mapping& mapping,
                                    const std::vector<std::string_view>& keys, bool server) {
  std::vector<Value> found;
  for (const std::string_view key : keys) {
    if (const auto one = mapping.find(key)) found.push_back(*one);
  }
  if (found.size() != 1) {
    std::vector<std::string> quoted;
    for (const std::string_view key : keys) quoted.push_back("'" + std::string(key) + "'");
    value.document().mistake(
        found.empty() ? value.key_place() : found[1].key_place(),
        value.called() + " has one of " + listed({quoted.begin(), quoted.end()}));
    return {};
  }
  const Value& where = found.front();
  const auto text = where.text("a host or a port, as director or director:eth0");
  if (!text) return {};
  const auto at = read_pattern(*text, where, context, server);
  if (!at) return {};
  if (where.called() == "'at'") return Lookout{*at, {}};
  return Lookout{*at, where.called() == "'sent-by'"};
}

std::optional<FrameCount> read_frame_count(const Value& value) {
  constexpr std::string_view kWanted = "a number of frames, as 4, '>=1', '<=3' or 2..5";
  const auto text = value.text(kWanted);
  if (!text) return {};
  const std::string_view all = *text;
  const size_t dots = all.find("..");
  std::optional<uint32_t> least = 0, most = 0xffffffff;
  if (all.starts_with(">=")) {
    least = number_in(all.substr(2));
  } else if (all.starts_with("<=")) {
    most = number_in(all.substr(2));
  } else if (dots != std::string_view::npos) {
    least = number_in(all.substr(0, dots));
    most = number_in(all.substr(dots + 2));
  } else {
    least = most = number_in(all);
  }
  if (!least || !most || *least > *most) {
    value.wants(kWanted);
    return {};
  }
  if (*most == 0) {
    value.wrong("'count' 0 is what 'never' says");
    return {};
  }
  return FrameCount{*least, *most};
}

}  // namespace lvslab::topology
