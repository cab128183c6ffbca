#include "emulator/report/graph.hh"

#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "emulator/report/facts.hh"
#include "emulator/report/layout.hh"
#include "emulator/report/sequence.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
using topology::Host;
using topology::Interface;
using topology::Network;
using topology::Role;
using topology::Topology;
using Lines = std::vector<std::string>;

Lines network_lines(const Network& network) {
  Lines lines{visible(network.name)};
  for (const auto& subnet : network.subnets) lines.push_back(subnet.to_string());
  return lines;
}

Lines host_lines(const Host& host, const std::set<wire::IpAddress>& virtual_ones) {
  Lines lines{visible(host.name)};
  if (const auto role = visible(role_of(host)); !role.empty()) lines.push_back(role);
  for (auto& fact : facts_of(host, virtual_ones)) lines.push_back(std::move(fact));
  return lines;
}

std::string edge_label(const Interface& interface, const std::set<wire::IpAddress>& virtual_ones) {
  Lines parts{visible(interface.name)};
  for (const auto& own : interface.addresses) {
    parts.push_back(with_mark(own.to_string(), virtual_ones.contains(own.address)));
  }
  return joined(parts, " ");
}

std::string_view class_of(Role role) {
  switch (role) {
    case Role::client:
      return "client";
    case Role::router:
      return "router";
    case Role::director:
      return "director";
    case Role::real_server:
      return "server";
  }
  return "client";
}

std::string_view fill_of(Role role) {
  switch (role) {
    case Role::client:
      return "#e8f0fe";
    case Role::router:
      return "#eeeeee";
    case Role::director:
      return "#fff3c4";
    case Role::real_server:
      return "#e2f4e4";
  }
  return "#ffffff";
}

constexpr std::array kRoles{Role::client, Role::router, Role::director, Role::real_server};

std::map<std::string, size_t> network_numbers(const Topology& lab) {
  std::map<std::string, size_t> numbers;
  for (size_t i = 0; i < lab.networks.size(); ++i) numbers.emplace(lab.networks[i].name, i);
  return numbers;
}

std::string mermaid_label(const Lines& lines) {
  Lines escaped;
  for (const auto& line : lines) escaped.push_back(mermaid_text(line));
  return "\"" + joined(escaped, "<br/>") + "\"";
}

// A DOT string: '"' and '\' escaped (dot would read \N or \G as names of its own), lines ended by
// `end`: "\n" centred, "\l" to the left.
std::string dot_string(const Lines& lines, std::string_view end) {
  std::string out = "\"";
  for (const auto& line : lines) {
    for (const char c : line) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    if (end == "\\l" || &line != &lines.back()) out += end;
  }
  return out + "\"";
}
}  // namespace

std::string mermaid(const Topology& lab) {
  const auto virtual_ones = virtual_addresses(lab);
  const auto numbers = network_numbers(lab);
  std::string out = "flowchart LR\n";
  for (size_t i = 0; i < lab.networks.size(); ++i) {
    out +=
        "  n" + std::to_string(i) + "([" + mermaid_label(network_lines(lab.networks[i])) + "])\n";
  }
  for (size_t i = 0; i < lab.hosts.size(); ++i) {
    const auto& host = lab.hosts[i];
    const auto id = "h" + std::to_string(i);
    out += "  " + id + "[" + mermaid_label(host_lines(host, virtual_ones)) +
           "]:::" + std::string(class_of(host.role)) + "\n";
    for (const auto& interface : host.interfaces) {
      const auto network = numbers.find(interface.network);
      if (network == numbers.end()) continue;
      out += "  " + id + " ---|" + mermaid_label({edge_label(interface, virtual_ones)}) + "| n" +
             std::to_string(network->second) + "\n";
    }
  }
  for (const auto role : kRoles) {
    out += "  classDef " + std::string(class_of(role)) + " fill:" + std::string(fill_of(role)) +
           ",stroke:#555,color:#111,text-align:left\n";
  }
  return out;
}

std::string dot(const Topology& lab) {
  const auto virtual_ones = virtual_addresses(lab);
  const auto numbers = network_numbers(lab);
  std::string out = "graph " + dot_string({visible(lab.name)}, "\\n") +
                    " {\n  layout=dot; rankdir=LR;\n  node [fontname=\"Helvetica\"];\n"
                    "  edge [fontname=\"Helvetica\", fontsize=10];\n";
  for (size_t i = 0; i < lab.networks.size(); ++i) {
    out += "  n" + std::to_string(i) +
           " [shape=ellipse, label=" + dot_string(network_lines(lab.networks[i]), "\\n") + "];\n";
  }
  for (size_t i = 0; i < lab.hosts.size(); ++i) {
    const auto& host = lab.hosts[i];
    const auto id = "h" + std::to_string(i);
    out += "  " + id + " [shape=box, style=filled, fillcolor=\"" + std::string(fill_of(host.role)) +
           "\", label=" + dot_string(host_lines(host, virtual_ones), "\\l") + "];\n";
    for (const auto& interface : host.interfaces) {
      const auto network = numbers.find(interface.network);
      if (network == numbers.end()) continue;
      out += "  " + id + " -- n" + std::to_string(network->second) +
             " [label=" + dot_string({edge_label(interface, virtual_ones)}, "\\n") + "];\n";
    }
  }
  return out + "}\n";
}

}  // namespace lvslab::report
