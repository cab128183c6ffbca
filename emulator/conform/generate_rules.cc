// Rules and settings of random cases.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"

namespace lvslab::conform {

namespace {

struct Choice {
  const char* name;
  std::vector<const char*> values;
};

const std::vector<Choice>& settings() {
  static const std::vector<Choice> kSettings = {
      {"conn_reuse_mode", {"0", "1", "2", "3"}},
      {"expire_nodest_conn", {"0", "1"}},
      {"expire_quiescent_template", {"0", "1"}},
      {"nat_icmp_send", {"0", "1"}},
      {"pmtu_disc", {"0", "1"}},
      {"schedule_icmp", {"0", "1"}},
      {"sloppy_tcp", {"0", "1"}},
      {"sloppy_sctp", {"0", "1"}},
      {"secure_tcp", {"0", "3"}},
      {"snat_reroute", {"0", "1"}},
      {"cache_bypass", {"0", "1"}},
      {"ignore_tunneled", {"0", "1"}},
  };
  return kSettings;
}

}  // namespace

// False when our director refuses it; then both are to.
bool Generator::attempt(const std::string& rule) {
  Event event;
  event.kind = EventKind::rule;
  event.text = rule;
  return !add(std::move(event)).refused;
}

void Generator::random_setting() {
  const Choice& choice = pick(settings());
  Event event;
  event.kind = EventKind::sysctl;
  event.text = std::string(choice.name) + " " + pick(choice.values);
  add(std::move(event));
}

void Generator::begin_settings() {
  if (!has(Feature::settings)) return;
  for (unsigned n = below(4); n > 0; --n) random_setting();
  static const std::vector<const char*> kTimeouts = {"--set 6 4 5", "--set 3 2 4", "--set 20 0 8",
                                                     "--set 0 5 0"};
  if (chance(30)) attempt(pick(kTimeouts));
}

void Generator::set_up() {
  begin_settings();
  for (unsigned n = 1 + below(4); n > 0; --n) {
    const std::string service = new_service();
    for (unsigned k = chance(4) ? 0 : 1 + below(5); k > 0; --k) new_server(service);
  }
}

std::string Generator::options_of(const std::string& scheduler) {
  static const std::vector<const char*> kSh = {"sh-fallback", "sh-port", "sh-fallback,sh-port"};
  static const std::vector<const char*> kMh = {"mh-fallback", "mh-port", "mh-fallback,mh-port"};
  std::string text = " -s " + scheduler;
  if (scheduler == "sh" && chance(60)) text += std::string(" -b ") + pick(kSh);
  if (scheduler == "mh" && chance(60)) text += std::string(" -b ") + pick(kMh);
  return text;
}

std::string Generator::new_service() {
  static const std::vector<const char*> kPlain = {"rr", "wrr", "lc", "wlc", "sed", "nq",
                                                  "dh", "sh",  "mh", "fo",  "ovf"};
  static const std::vector<const char*> kLocal = {"lblc", "lblcr"};
  static const std::vector<unsigned> kPorts = {80, 443, 53, 5000, 8080};
  std::vector<const char*> protocols;
  if (has(Feature::tcp)) protocols.insert(protocols.end(), {"-t", "-t"});
  if (has(Feature::udp)) protocols.push_back("-u");
  if (has(Feature::sctp)) protocols.push_back("--sctp-service");
  if (protocols.empty()) protocols.push_back("-t");
  const std::string protocol = pick(protocols);
  const bool six = v6();
  wire::Endpoint end{world::vip(below(3), six), static_cast<uint16_t>(pick(kPorts))};
  std::string persistence;
  if (has(Feature::persistence) && chance(20)) {
    static const std::vector<const char*> kFour = {"", "", " -M 255.255.255.0",
                                                   " -M 255.255.255.252"};
    static const std::vector<const char*> kSix = {"", "", " -M 64", " -M 126"};
    static const std::vector<const char*> kTimes = {" -p", " -p 5", " -p 60"};
    persistence = std::string(pick(kTimes)) + (six ? pick(kSix) : pick(kFour));
    if (chance(30)) end.port = 0;
  }
  const std::string scheduler = has(Feature::lblc) && chance(12) ? pick(kLocal) : pick(kPlain);
  std::string service = protocol + " " + end.to_string();
  if (end.port == 0 && !six) service = protocol + " " + end.address.to_string() + ":0";
  std::string text = "-A " + service + options_of(scheduler) + persistence;
  if (has(Feature::ops) && protocol == "-u" && chance(25)) text += " -o";
  if (attempt(text)) services_.push_back(service);
  return service;
}

std::string Generator::new_server(const std::string& service) {
  static const std::vector<unsigned> kWeights = {1, 1, 1, 2, 3, 5, 10, 100, 0};
  std::vector<const char*> methods;
  if (has(Feature::nat)) methods.insert(methods.end(), {"-m", "-m"});
  if (has(Feature::dr)) methods.push_back("-g");
  if (has(Feature::tun)) methods.push_back("-i");
  if (methods.empty()) methods.push_back("-m");
  std::string method = pick(methods);
  const bool six_service = service.find('[') != std::string::npos;
  const bool tunnel = method == "-i";
  // Only a tunnel may have ends of the other family.
  const bool six = six_service != (tunnel && has(Feature::v6) && chance(15));
  const auto address =
      chance(tunnel ? 50 : 15) ? world::remote_server(below(6), six) : world::server(below(6), six);
  const std::string port = service.substr(service.rfind(':') + 1);
  const bool moved = method == "-m" && chance(40) && port != "0";
  const std::string real =
      (six ? "[" + address.to_string() + "]" : address.to_string()) + ":" + (moved ? "8000" : port);
  std::string with = method;
  if (tunnel && has(Feature::gue) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum",
                                                   " --tun-remcsum"};
    with += std::string(" --tun-type gue --tun-port 6080") + pick(kSums);
  } else if (tunnel && has(Feature::gre) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum"};
    with += std::string(" --tun-type gre") + pick(kSums);
  }
  const std::string name = service + " -r " + real;
  // One that was here before comes back by its own method (see change_rules()).
  const auto before = std::find_if(servers_.begin(), servers_.end(),
                                   [&](const Server& server) { return server.name == name; });
  if (before != servers_.end()) with = before->method;
  std::string text = name + " " + with + " -w " + std::to_string(pick(kWeights));
  if (has(Feature::thresholds) && chance(12)) {
    const unsigned upper = 1 + below(6);
    text += " -x " + std::to_string(upper);
    if (chance(60)) text += " -y " + std::to_string(below(upper + 1));
  }
  if (attempt("-a " + text)) servers_.push_back({name, with});
  return real;
}

void Generator::change_rules() {
  static const std::vector<const char*> kSchedulers = {"rr", "wrr", "wlc", "sh", "mh", "nq"};
  static const std::vector<unsigned> kWeights = {0, 0, 1, 2, 4, 7};
  const unsigned what = below(100);
  if (services_.empty()) {
    new_server(new_service());
  } else if (what < 30) {
    new_server(pick(services_));
  } else if (what < 50 && !servers_.empty()) {
    // By its own method: with another one Linux 6.1 uses the route that was looked up for it with
    // connections of the first, and asks ARP for the virtual address.
    const Server& server = pick(servers_);
    attempt("-e " + server.name + " " + server.method + " -w " + std::to_string(pick(kWeights)));
  } else if (what < 68 && !servers_.empty()) {
    attempt("-d " + pick(servers_).name);
  } else if (what < 78 && !servers_.empty()) {
    const Server& server = pick(servers_);  // back from the trash, perhaps
    attempt("-a " + server.name + " " + server.method);
  } else if (what < 84) {
    const std::string service = pick(services_);
    attempt("-E " + service + options_of(pick(kSchedulers)));
  } else if (what < 88) {
    const std::string service = pick(services_);
    let_estimate();  // for its servers' counters, should they come back with another service
    attempt("-D " + service);
    if (chance(70)) attempt("-A " + service + " -s rr");
  } else if (what < 90) {
    let_estimate();  // zero is what was seen last
    attempt("-Z");
  } else if (what < 97 && has(Feature::settings)) {
    random_setting();
  } else {
    new_server(new_service());
  }
}

}  // namespace lvslab::conform
