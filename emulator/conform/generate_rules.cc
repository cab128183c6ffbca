// Rules and settings of random cases.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"

namespace lvslab::conform {

namespace {

struct Choice {
  const char* name;
  std::vector<const char*> values;
  unsigned percent;  // of cases that begin with one of them
};

const std::vector<Choice>& settings() {
  static const std::vector<Choice> kSettings = {
      {"conn_reuse_mode", {"0", "0", "1", "2", "3"}, 40},
      {"expire_nodest_conn", {"0", "1"}, 15},
      {"expire_quiescent_template", {"0", "1"}, 15},
      {"nat_icmp_send", {"0", "1"}, 15},
      {"pmtu_disc", {"0", "1"}, 15},
      {"schedule_icmp", {"0", "1", "1", "1"}, 60},
      {"sloppy_tcp", {"0", "1", "1"}, 50},
      {"sloppy_sctp", {"0", "1", "1", "1"}, 60},
      {"secure_tcp", {"0", "3"}, 12},
      {"snat_reroute", {"0", "1"}, 15},
      {"cache_bypass", {"0", "1"}, 15},
      {"ignore_tunneled", {"0", "1"}, 15},
  };
  return kSettings;
}

}  // namespace

// False when our director refuses it; then both are to.
bool Generator::attempt(const std::string& rule) {
  Event event;
  event.kind = EventKind::rule;
  event.text = rule;
  const auto& director = ours_->node().director();
  const bool tracked = director.tracks();
  const bool taken = !add(std::move(event)).refused;
  if (director.tracks() != tracked) forget_conversations();
  return taken;
}

void Generator::set(const std::string& setting) {
  Event event;
  event.kind = EventKind::sysctl;
  event.text = setting;
  add(std::move(event));
}

void Generator::random_setting() {
  const Choice& choice = pick(settings());
  set(std::string(choice.name) + " " + pick(choice.values));
}

void Generator::begin_settings() {
  if (!has(Feature::settings)) return;
  for (const Choice& choice : settings())
    if (chance(choice.percent)) set(std::string(choice.name) + " " + pick(choice.values));
  static const std::vector<const char*> kTimeouts = {"--set 6 4 5", "--set 3 2 4", "--set 20 0 8",
                                                     "--set 0 5 0"};
  if (chance(20)) attempt(pick(kTimeouts));
}

void Generator::set_up() {
  begin_settings();
  for (unsigned n = 1 + below(4); n > 0; --n) {
    const auto service = new_service();
    for (unsigned k = chance(4) ? 0 : 1 + below(5); service && k > 0; --k) new_server(*service);
  }
}

std::string Generator::any_scheduler() {
  static const std::vector<const char*> kPlain = {"rr", "wrr", "lc", "wlc", "sed", "nq",
                                                  "dh", "sh",  "mh", "fo",  "ovf"};
  static const std::vector<const char*> kLocal = {"lblc", "lblcr"};
  return has(Feature::lblc) && chance(16) ? pick(kLocal) : pick(kPlain);
}

std::string Generator::options_of(const std::string& scheduler) {
  static const std::vector<const char*> kSh = {"sh-fallback", "sh-port", "sh-fallback,sh-port"};
  static const std::vector<const char*> kMh = {"mh-fallback", "mh-port", "mh-fallback,mh-port"};
  std::string text = " -s " + scheduler;
  if (scheduler == "sh" && chance(60)) text += std::string(" -b ") + pick(kSh);
  if (scheduler == "mh" && chance(60)) text += std::string(" -b ") + pick(kMh);
  return text;
}

// "--sctp-service" as often as it has states; over IPv6 more often still, where servers by route
// and tunnel are heard too.
std::string Generator::any_protocol(bool six) {
  std::vector<const char*> protocols;
  if (has(Feature::tcp)) protocols.insert(protocols.end(), {"-t", "-t", "-t"});
  if (has(Feature::udp)) protocols.push_back("-u");
  if (has(Feature::sctp)) protocols.insert(protocols.end(), six ? 6 : 2, "--sctp-service");
  return protocols.empty() ? "-t" : pick(protocols);
}

std::string Generator::any_persistence(bool six) {
  static const std::vector<const char*> kFour = {"", "", " -M 255.255.255.0",
                                                 " -M 255.255.255.252"};
  static const std::vector<const char*> kSix = {"", "", " -M 64", " -M 126"};
  static const std::vector<const char*> kTimes = {" -p", " -p 5", " -p 60"};
  const std::string time = pick(kTimes);
  return time + (six ? pick(kSix) : pick(kFour));
}

// Of a firewall mark, that some packets have in this case. It has all their ports and protocols.
std::string Generator::marked_service() {
  const bool six = v6();
  std::string text = std::string("-f ") + (six ? "2 -6" : "1");
  const std::string name = text, scheduler = any_scheduler();
  text = "-A " + name + options_of(scheduler);
  if (has(Feature::persistence) && chance(30)) text += any_persistence(six);
  if (has(Feature::ops) && chance(10)) text += " -o";
  if (!attempt(text)) return "";
  services_.push_back({name, scheduler});
  return name;
}

// Nothing when it is refused.
std::optional<std::string> Generator::new_service() {
  if (!case_.marks.empty() && chance(30)) {
    const std::string marked = marked_service();
    return marked.empty() ? std::nullopt : std::optional(marked);
  }
  static const std::vector<unsigned> kPorts = {80, 443, 53, 5000, 8080};
  const bool six = v6();
  // Over IPv6 the kernel finds the sums of FTP's requests wrong (tests/conformance/README.md).
  const bool files = !six && has(Feature::ftp) && has(Feature::tcp) && chance(10);
  const std::string protocol = files ? "-t" : any_protocol(six);
  wire::Endpoint end{world::vip(below(3), six), static_cast<uint16_t>(pick(kPorts))};
  if (files) end.port = 21;
  std::string persistence;
  if (has(Feature::persistence) && chance(20)) {
    persistence = any_persistence(six);
    if (chance(30)) end.port = 0;
  }
  std::string name = protocol + " " + end.to_string();
  if (end.port == 0 && !six) name = protocol + " " + end.address.to_string() + ":0";
  const std::string scheduler = any_scheduler();
  std::string text = "-A " + name + options_of(scheduler) + persistence;
  if (has(Feature::ops) && protocol == "-u" && chance(25)) text += " -o";
  if (!attempt(text)) return {};
  services_.push_back({name, scheduler});
  return name;
}

// Of a server that may have a tunnel's choices.
std::string Generator::any_method() {
  std::vector<const char*> methods;
  if (has(Feature::nat)) methods.insert(methods.end(), {"-m", "-m", "-m", "-m"});
  if (has(Feature::dr)) methods.insert(methods.end(), {"-g", "-g", "-g"});
  if (has(Feature::tun)) methods.insert(methods.end(), {"-i", "-i", "-i"});
  if (methods.empty()) return "-m";
  const std::string method = pick(methods);
  if (method != "-i") return method;
  if (has(Feature::gue) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum",
                                                   " --tun-remcsum"};
    return method + " --tun-type gue --tun-port 6080" + pick(kSums);
  }
  if (has(Feature::gre) && chance(25)) {
    static const std::vector<const char*> kSums = {"", " --tun-nocsum", " --tun-csum"};
    return method + " --tun-type gre" + pick(kSums);
  }
  return method;
}

std::string Generator::any_thresholds() {
  if (!has(Feature::thresholds) || !chance(12)) return "";
  const unsigned upper = 1 + below(6);
  const std::string text = " -x " + std::to_string(upper);
  return chance(60) ? text + " -y " + std::to_string(below(upper + 1)) : text;
}

// Gone for so long that the kernel may have freed it, or not: it looks through its trash once a
// minute, by a timer that its timer wheel rounds up. Or gone before its service, so that what was
// counted since its last sample, every two seconds, would be its count in the next service.
bool Generator::is_forgotten(const std::string& server) const {
  constexpr Duration kKept = std::chrono::seconds(170);
  const auto gone = gone_.find(server);
  return gone != gone_.end() &&
         (gone->second.unsampled || ours_->now() > gone->second.since + kKept);
}

void Generator::new_server(const std::string& service) {
  static const std::vector<unsigned> kWeights = {1, 1, 1, 2, 3, 5, 10, 100, 0};
  std::string method = any_method();
  const bool marked = service.starts_with("-f");
  const bool six_service =
      marked ? service.ends_with(" -6") : service.find('[') != std::string::npos;
  const bool tunnel = method.starts_with("-i");
  // Only a tunnel may have ends of the other family.
  const bool six = six_service != (tunnel && has(Feature::v6) && chance(15));
  const auto address =
      chance(tunnel ? 50 : 15) ? world::remote_server(below(6), six) : world::server(below(6), six);
  const std::string port = marked ? "0" : service.substr(service.rfind(':') + 1);
  const bool moved = method == "-m" && chance(40) && port != "0";
  const std::string real =
      (six ? "[" + address.to_string() + "]" : address.to_string()) + ":" + (moved ? "8000" : port);
  const std::string name = service + " -r " + real;
  // One that was here before comes back by its own method (see change_rules()).
  const auto before = std::find_if(servers_.begin(), servers_.end(),
                                   [&](const Server& server) { return server.name == name; });
  if (before != servers_.end()) method = before->method;
  const std::string weight = " -w " + std::to_string(pick(kWeights));
  if (is_forgotten(name)) return;
  if (!attempt("-a " + name + " " + method + weight + any_thresholds())) return;
  gone_.erase(name);
  servers_.push_back({name, method});
}

void Generator::change_servers() {
  static const std::vector<unsigned> kWeights = {0, 0, 1, 2, 4, 7};
  const Server server = pick(servers_);
  const unsigned what = below(100);
  if (what < 42) {
    // By its own method: with another one Linux 6.1 uses the route that was looked up for it with
    // connections of the first, and asks ARP for the virtual address.
    attempt("-e " + server.name + " " + server.method + " -w " + std::to_string(pick(kWeights)));
  } else if (what < 80) {
    if (attempt("-d " + server.name)) gone_[server.name] = {ours_->now(), true};
  } else if (!is_forgotten(server.name)) {  // back from the trash, perhaps
    if (attempt("-a " + server.name + " " + server.method)) gone_.erase(server.name);
  }
}

void Generator::change_service(Service& service) {
  if (chance(50)) {
    const std::string scheduler = any_scheduler();
    if (attempt("-E " + service.name + options_of(scheduler))) service.scheduler = scheduler;
    return;
  }
  // For its servers' counters, should they come back with another service.
  if (!let_estimate()) return;
  if (!attempt("-D " + service.name)) return;
  for (const Server& server : servers_) {
    if (!server.name.starts_with(service.name + " ")) continue;
    Gone& gone = gone_.try_emplace(server.name, Gone{ours_->now()}).first->second;
    gone.unsampled |= gone.alone;
  }
  if (chance(70) && attempt("-A " + service.name + " -s rr")) service.scheduler = "rr";
}

void Generator::change_rules() {
  const unsigned what = below(100);
  if (services_.empty()) {
    if (const auto service = new_service()) new_server(*service);
  } else if (what < 30) {
    new_server(pick(services_).name);
  } else if (what < 78 && !servers_.empty()) {
    change_servers();
  } else if (what < 87) {
    change_service(services_[below(static_cast<unsigned>(services_.size()))]);
  } else if (what < 90) {
    if (let_estimate()) attempt("-Z");  // zero is what was seen last
  } else if (what < 97 && has(Feature::settings)) {
    random_setting();
  } else if (const auto service = new_service()) {
    new_server(*service);
  }
}

}  // namespace lvslab::conform
