#include "tests/unit/report/sample.hh"

#include "emulator/report/drawing.hh"

namespace lvslab::report::sample {

namespace {
using topology::Host;
using topology::Interface;
using topology::Role;
using wire::IpAddress;
using wire::Prefix;

Prefix prefix(const char* text) {
  return Prefix::parse(text).value();
}
IpAddress address(const char* text) {
  return IpAddress::parse(text).value();
}

Interface interface(const char* name, const char* network, std::vector<Prefix> addresses,
                    const char* mac) {
  Interface made;
  made.name = name;
  made.network = network;
  made.addresses = std::move(addresses);
  made.mac = wire::parse_mac(mac).value();
  return made;
}

Host host(const char* name, Role role, std::vector<Interface> interfaces) {
  Host made;
  made.name = name;
  made.role = role;
  made.interfaces = std::move(interfaces);
  return made;
}

Host server(const char* name, const char* rip, const char* mac) {
  auto made = host(name, Role::real_server, {interface("eth0", "lan", {prefix(rip)}, mac)});
  made.loopback = {prefix("192.0.2.80/32")};
  made.gateways = {address("192.0.2.1")};
  made.services = {{topology::IdentityService{topology::Transport::tcp, 80}, {}}};
  return made;
}

Host director() {
  auto made = host("director", Role::director,
                   {interface("eth0", "lan", {prefix("192.0.2.10/24"), prefix("192.0.2.80/32")},
                              "02:00:00:00:02:0a")});
  const ipvs::AddressKey key{ipvs::Protocol::tcp, {address("192.0.2.80"), 80}};
  ipvs::Service service;
  service.key = key;
  service.scheduler = ipvs::Scheduler::rr;
  made.rules.push_back({"-A -t 192.0.2.80:80 -s rr", ipvs::AddService{service}, {}});
  for (const char* rip : {"192.0.2.11", "192.0.2.12"}) {
    ipvs::Destination destination;
    destination.real = {address(rip), 80};
    made.rules.push_back({std::string("-a -t 192.0.2.80:80 -r ") + rip + ":80 -g",
                          ipvs::AddDestination{key, destination},
                          {}});
  }
  return made;
}

scenario::Journey journey() {
  scenario::Journey made;
  made.title = "request: SYN of 198.51.100.69:49152";
  made.disposition = "delivered to rs1";
  const std::string packet = "198.51.100.69:49152 > 192.0.2.80:80 TCP SYN";
  made.hops = {
      {"client", "", "eth0", 0.001023, "made the packet", packet, {}},
      {"router",
       "eth0",
       "eth1",
       0.00106,
       "routed",
       packet,
       {{"eth.src", "02:00:00:00:01:45", "02:00:00:00:02:01"},
        {"eth.dst", "02:00:00:00:01:01", "02:00:00:00:02:0a"},
        {"ip.ttl", "64", "63"}}},
      {"director",
       "eth0",
       "eth0",
       0.0011,
       "PREROUTING > INPUT -t 192.0.2.80:80 rr > POSTROUTING, route to rs1 (192.0.2.11:80)",
       packet,
       {{"eth.src", "02:00:00:00:02:01", "02:00:00:00:02:0a"},
        {"eth.dst", "02:00:00:00:02:0a", "02:00:00:00:02:0b"}}},
      {"rs1", "eth0", "", 0.001145, "accepted: 192.0.2.80 is on its loopback", packet, {}}};
  return made;
}
}  // namespace

topology::Topology dr_lab() {
  topology::Topology lab;
  lab.file = "labs/dr.yaml";
  lab.name = "dr";
  lab.about = "Direct routing: requests pass the director, replies do not.";
  lab.networks = {{"outside", {prefix("198.51.100.0/24")}, 1500, {}},
                  {"lan", {prefix("192.0.2.0/24")}, 1500, {}}};
  auto client =
      host("client", Role::client,
           {interface("eth0", "outside", {prefix("198.51.100.69/24")}, "02:00:00:00:01:45")});
  client.gateways = {address("198.51.100.1")};
  lab.hosts = {client,
               host("router", Role::router,
                    {interface("eth0", "outside", {prefix("198.51.100.1/24")}, "02:00:00:00:01:01"),
                     interface("eth1", "lan", {prefix("192.0.2.1/24")}, "02:00:00:00:02:01")}),
               director(), server("rs1", "192.0.2.11/24", "02:00:00:00:02:0b"),
               server("rs2", "192.0.2.12/24", "02:00:00:00:02:0c")};
  return lab;
}

topology::Topology chain(size_t networks) {
  topology::Topology lab;
  lab.name = "chain";
  for (size_t i = 0; i < networks; ++i) {
    const auto third = std::to_string(i);
    lab.networks.push_back(
        {"net" + third, {prefix(("10.0." + third + ".0/24").c_str())}, 1500, {}});
  }
  for (size_t i = 0; i + 1 < networks; ++i) {
    const auto left = std::to_string(i), right = std::to_string(i + 1);
    lab.hosts.push_back(
        host(("r" + left).c_str(), Role::router,
             {interface("eth0", ("net" + left).c_str(),
                        {prefix(("10.0." + left + ".2/24").c_str())}, "02:00:00:00:00:01"),
              interface("eth1", ("net" + right).c_str(),
                        {prefix(("10.0." + right + ".1/24").c_str())}, "02:00:00:00:00:02")}));
  }
  return lab;
}

RunResult passed() {
  RunResult run;
  run.lab = "dr";
  run.file = "labs/dr.yaml";
  run.about = "Direct routing: requests pass the director, replies do not.";
  run.place = "netns";
  run.director = "embedded";
  run.servers = "as in the file";
  run.seed = 1;
  run.frames = 212;
  run.up_seconds = 0.112;
  run.scenario_seconds = 0.344;
  run.down_seconds = 0.0101;
  scenario::StepResult step;
  step.name = "requests";
  step.action = "8 requests over TCP from client to 192.0.2.80:80";
  step.journeys = {journey()};
  step.verdicts = {{true, "answers: {rs1: 4, rs2: 4}", "labs/dr.yaml:40:9", "rs1: 4, rs2: 4", {}},
                   {true, "checksums: good", "labs/dr.yaml:41:9", "212 good", {}}};
  run.steps = {step};
  return run;
}

RunResult failed() {
  auto run = passed();
  run.status = Status::failed;
  auto& verdict = run.steps[0].verdicts[0];
  verdict.passed = false;
  verdict.found = "rs1: 8";
  verdict.details = {"expected rs1: 4, rs2: 4", "found    rs1: 8\nrs2 was sent no frame"};
  return run;
}

RunResult unusable() {
  RunResult run;
  run.file = "labs/wrong.yaml";
  run.status = Status::unusable;
  run.problem = "labs/wrong.yaml:3:5: unknown key \"netwroks\"; did you mean \"networks\"?";
  return run;
}

RunResult unavailable() {
  RunResult run;
  run.lab = "tun";
  run.file = "labs/tun.yaml";
  run.status = Status::unavailable;
  run.problem = "/dev/net/tun: run as root or chmod 0666 /dev/net/tun";
  return run;
}

}  // namespace lvslab::report::sample
