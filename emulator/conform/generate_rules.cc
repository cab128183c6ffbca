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

// False when our director refuses it, which then stays as a rule to be refused by both.
bool Generator::attempt(EventKind kind, const std::string& rule) {
  Event event;
  event.kind = kind;
  event.text = rule;
  const bool accepted = !add(std::move(event)).refused;
  // A load that is refused would make its whole batch so.
  if (!accepted) case_.events.back().kind = EventKind::rule;
  return accepted;
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
  if (chance(30)) attempt(EventKind::rule, pick(kTimeouts));
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
  if (attempt(EventKind::load, text)) services_.push_back(service);
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
  std::string text = service + " -r " + real + " " + method;
  if (tunnel && has(Feature::gue) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum",
                                                   " --tun-remcsum"};
    text += std::string(" --tun-type gue --tun-port 6080") + pick(kSums);
  } else if (tunnel && has(Feature::gre) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum"};
    text += std::string(" --tun-type gre") + pick(kSums);
  }
  text += " -w " + std::to_string(pick(kWeights));
  if (has(Feature::thresholds) && chance(12)) {
    const unsigned upper = 1 + below(6);
    text += " -x " + std::to_string(upper);
    if (chance(60)) text += " -y " + std::to_string(below(upper + 1));
  }
  const std::string server = service + " -r " + real;
  if ((method == "-g") == (routed_.count(server) > 0) || !known(server)) {
    if (attempt(EventKind::load, "-a " + text)) servers_.push_back(server);
    if (method == "-g") routed_.insert(server);
  }
  return real;
}

bool Generator::known(const std::string& server) const {
  return std::find(servers_.begin(), servers_.end(), server) != servers_.end();
}

// IPVS keeps one route for each server, which -g looks up otherwise than the other methods: what it
// sends by connections of before depends on which of them came first (tests/conformance/README.md).
std::string Generator::method_of(const std::string& server, const char* otherwise) const {
  return routed_.count(server) > 0 ? " -g" : std::string(" ") + otherwise;
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
    const std::string server = pick(servers_);
    attempt(EventKind::load,
            "-e " + server + method_of(server, "-m") + " -w " + std::to_string(pick(kWeights)));
  } else if (what < 68 && !servers_.empty()) {
    attempt(EventKind::load, "-d " + pick(servers_));
  } else if (what < 78 && !servers_.empty()) {
    const std::string server = pick(servers_);  // back from the trash, perhaps
    const bool six = server.find("[", server.find("-r")) != std::string::npos;
    const bool same = six == (server.find('[') < server.find("-r"));
    attempt(EventKind::load,
            "-a " + server + method_of(server, same && has(Feature::nat) ? "-m" : "-i"));
  } else if (what < 84) {
    const std::string service = pick(services_);
    attempt(EventKind::load, "-E " + service + options_of(pick(kSchedulers)));
  } else if (what < 88) {
    const std::string service = pick(services_);
    attempt(EventKind::load, "-D " + service);
    if (chance(70)) attempt(EventKind::load, "-A " + service + " -s rr");
  } else if (what < 90) {
    // Zero is what the estimator last saw: up to 2 s old.
    pass(std::chrono::milliseconds(2500));
    attempt(EventKind::rule, "-Z");
  } else if (what < 97 && has(Feature::settings)) {
    random_setting();
  } else {
    new_server(new_service());
  }
}

}  // namespace lvslab::conform
