// lvslab inspect: labs that are up, or one of them in full.

#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>
#include <memory>

#include "emulator/lab/control.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

using Json = nlohmann::ordered_json;

Json ask(const std::string& name) {
  lab::ControlClient lab(name);
  Json body = lab.ask({{"verb", "inspect"}}).body;
  body["pid"] = lab.pid();
  return body;
}

std::string text(const Json& value) {
  return value.get<std::string>();
}

void print_host(const Json& host) {
  std::cout << "  " << std::left << std::setw(12) << text(host["name"]) << std::setw(13)
            << text(host["role"]) << std::setw(10) << text(host["stack"]);
  std::string separator;
  for (const auto& interface : host["interfaces"]) {
    std::cout << separator << text(interface["name"]) << ' ' << text(interface["mac"]);
    for (const auto& address : interface["addresses"]) std::cout << ' ' << text(address);
    separator = ", ";
  }
  for (const auto& address : host["loopback"]) std::cout << ", lo " << text(address);
  std::cout << '\n';
}

// As `ipvsadm -Ln` lays it out.
void print_services(const Json& services) {
  if (services.empty()) return;
  std::cout << "\nProt LocalAddress:Port Scheduler Flags\n"
               "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
  const bool several = services.front()["director"] != services.back()["director"];
  std::string director;
  for (const auto& service : services) {
    if (several && text(service["director"]) != director)
      std::cout << (director = text(service["director"])) << ":\n";
    std::cout << std::left << std::setw(4) << text(service["protocol"]) << ' '
              << text(service["virtual"]) << ' ' << text(service["scheduler"]) << '\n';
    for (const auto& destination : service["destinations"])
      std::cout << "  -> " << std::setw(28) << text(destination["real"]) << ' ' << std::setw(7)
                << text(destination["forward"]) << ' ' << std::setw(6)
                << destination["weight"].dump() << ' ' << std::setw(10)
                << destination["active"].dump() << ' ' << destination["inactive"].dump() << '\n';
  }
}

void print_text(const Json& lab) {
  std::cout << text(lab["lab"]) << " (" << text(lab["file"]) << "), process " << lab["pid"] << ", "
            << text(lab["place"]) << ", director " << text(lab["director"]) << ", " << lab["frames"]
            << " frames seen\n";
  for (const auto& host : lab["hosts"]) print_host(host);
  print_services(lab["services"]);
}

int run(const std::string& name, bool json) {
  Json labs = Json::array();
  for (const auto& lab : name.empty() ? lab::running_labs() : std::vector<std::string>{name})
    labs.push_back(ask(lab));
  if (json) {
    std::cout << (name.empty() ? labs : labs[0]).dump(2) << '\n';
    return kPassed;
  }
  if (labs.empty()) std::cout << "no lab is up\n";
  for (const auto& lab : labs) print_text(lab);
  return kPassed;
}

}  // namespace

void add_inspect(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("inspect", "show labs that are up");
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  verb->add_option("NAME", *name, "one lab (default: all)");
  verb->add_flag("--json", *json, "as JSON");
  verb->footer("Examples:\n  lvslab inspect\n  lvslab inspect dr --json");
  verb->callback([&chosen, name, json] { chosen = [name, json] { return run(*name, *json); }; });
}

}  // namespace lvslab::tools
