#include "emulator/conform/choices.hh"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "emulator/base/random.hh"
#include "emulator/conform/packets.hh"
#include "emulator/conform/world.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

using ipvs::Scheduler;
namespace flag = wire::tcp_flag;

// Servers change between any two batches. Where time passes connections end, and overloaded servers
// come back. Every wait ends seconds away from each timer: CLOSE's 10 s, UDP's 25 s, SYN_RECV's 60
// s (which the kernel's timer wheel rounds up by 5 s at most), ESTABLISHED's 900 s.
constexpr unsigned kBatches = 40;
constexpr Duration kWait = std::chrono::seconds(18);
constexpr const char* kTimeouts = "--set 0 0 25";
constexpr uint32_t kMark = 1;
constexpr unsigned kMarkedAddresses = 64, kServers = 12;

wire::IpAddress marked_address(unsigned n) {
  return *wire::IpAddress::parse("192.0.2." + std::to_string(128 + n));
}

struct Server {
  bool there = false;
  unsigned weight = 1;
  std::string thresholds;
};

struct Service {
  std::string name;     // "-t 192.0.2.100:80"
  std::string options;  // behind the scheduler
  wire::Endpoint end;   // of the mark's: any of its addresses
  uint8_t protocol = wire::proto::kTcp;
  bool thresholds = false;
  unsigned share = 1;  // of connections
  std::array<Server, kServers> servers{};
};

bool by_destination(Scheduler scheduler) {
  return scheduler == Scheduler::dh || scheduler == Scheduler::lblc ||
         scheduler == Scheduler::lblcr;
}

class Choices {
 public:
  Choices(Scheduler scheduler, const ChoiceOptions& options)
      : scheduler_(scheduler),
        random_(options.seed * 100 + static_cast<uint64_t>(scheduler)),
        connections_(options.connections),
        batches_of_phase_(options.patient ? 1 : 10) {
    case_ = world::surroundings(1500);
    case_.name = std::string(ipvs::name_of(scheduler)) + "-choices";
    for (unsigned n = 0; n < kMarkedAddresses; ++n)
      case_.interfaces[world::kOutside].addresses.push_back({marked_address(n), 32});
    case_.marks = {{kMark, *wire::Prefix::parse("192.0.2.128/26")}};
  }

  Case make() {
    set_up();
    for (unsigned n = 0; n < kBatches; ++n) {
      if (n > 0 && n % batches_of_phase_ == 0) wait();
      if (n > 0)
        for (Service& service : services_) change(service);
      batch();
    }
    return std::move(case_);
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_.below(bound)); }
  bool chance(unsigned percent) { return below(100) < percent; }

  void add(EventKind kind, const std::string& text) {
    Event event;
    event.kind = kind;
    event.text = text;
    case_.events.push_back(std::move(event));
  }
  void rule(const std::string& text) { add(EventKind::rule, text); }

  void wait() {
    Event event;
    event.pause = kWait;
    case_.events.push_back(std::move(event));
  }

  void set_up() {
    constexpr unsigned kMain = 10;
    const auto tcp = [](unsigned n, bool six) { return wire::Endpoint{world::vip(n, six), 80}; };
    const wire::Endpoint udp{world::vip(2, false), 53}, marked{marked_address(0), 80};
    services_ = {{"-t " + tcp(0, false).to_string(), "", tcp(0, false)},
                 {"-t " + tcp(1, false).to_string(), " -p 3600 -M 255.255.255.252", tcp(1, false)},
                 {"-t " + tcp(0, true).to_string(), "", tcp(0, true)},
                 {"-f " + std::to_string(kMark), "", marked},
                 {"-u " + udp.to_string(), "", udp, wire::proto::kUdp, true}};
    services_[by_destination(scheduler_) ? 3 : 0].share = kMain;
    rule(kTimeouts);
    add(EventKind::sysctl, "sloppy_tcp 1");
    for (Service& service : services_) {
      rule("-A " + service.name + scheduling(service));
      for (unsigned n = 0; n < 5; ++n) change_server(service, n * 2 + below(2));
    }
  }

  std::string scheduling(const Service& service) {
    static const std::array<const char*, 4> kFlags = {"", "-fallback", "-port", "both"};
    const std::string name(ipvs::name_of(scheduler_));
    std::string text = " -s " + name;
    if (scheduler_ == Scheduler::sh || scheduler_ == Scheduler::mh) {
      const std::string flags = kFlags[below(kFlags.size())];
      if (flags == "both") {
        text += " -b " + name + "-fallback," + name + "-port";
      } else if (!flags.empty()) {
        text += " -b " + name + flags;
      }
    }
    return text + service.options;
  }

  static std::string server_of(const Service& service, unsigned n) {
    const bool six = service.end.address.is_v6();
    const auto address = n < 6 ? world::server(n, six) : world::remote_server(n - 6, six);
    if (service.name.starts_with("-f")) return service.name + " -r " + address.to_string();
    return service.name + " -r " + wire::Endpoint{address, service.end.port}.to_string();
  }

  // Its own for good. By route the frame's MAC tells the server, so it is on this link.
  static const char* method_of(unsigned n) {
    constexpr std::array<const char*, kServers> kMethods = {
        " -m", " -g", " -i", " -m", " -g", " -m", " -m", " -i", " -m", " -m", " -i", " -m"};
    return kMethods[n];
  }

  unsigned any_weight() { return chance(20) ? 0 : 1 + below(chance(20) ? 100 : 8); }

  std::string any_thresholds(const Service& service) {
    if (!service.thresholds && !chance(10)) return "";
    const unsigned upper = 1 + below(service.thresholds ? 12 : 400);
    const std::string text = " -x " + std::to_string(upper);
    return chance(50) ? text + " -y " + std::to_string(below(upper + 1)) : text;
  }

  void change_server(Service& service, unsigned n) {
    Server& server = service.servers[n];
    const std::string name = server_of(service, n);
    const auto there = std::count_if(service.servers.begin(), service.servers.end(),
                                     [](const Server& s) { return s.there; });
    if (server.there && there > 2 && chance(50)) {
      rule("-d " + name);
      server.there = false;
      return;
    }
    rule((server.there ? "-e " : "-a ") + name + method_of(n) + " -w " +
         std::to_string(any_weight()) + any_thresholds(service));
    server.there = true;
  }

  void change(Service& service) {
    const bool has_flags = scheduler_ == Scheduler::sh || scheduler_ == Scheduler::mh;
    if (has_flags && chance(20)) return rule("-E " + service.name + scheduling(service));
    if (chance(60)) change_server(service, below(kServers));
    if (service.name.starts_with("-t") && !service.options.empty() && chance(10))
      add(EventKind::sysctl, std::string("expire_quiescent_template ") + (chance(50) ? "1" : "0"));
  }

  // Of connections to all services, in any order.
  void batch() {
    std::vector<Service*> order;
    for (Service& service : services_) {
      const size_t all = connections_ * service.share / 10;
      order.insert(order.end(), (all + kBatches - 1) / kBatches, &service);
    }
    for (size_t left = order.size(); left > 1; --left)
      std::swap(order[left - 1], order[below(static_cast<unsigned>(left))]);
    for (const Service* service : order) connect(*service);
    add(EventKind::listing, "-Ln");
  }

  void connect(const Service& service) {
    IpFields ip;
    const bool six = service.end.address.is_v6();
    ip.from = chance(20) ? world::client(below(4), six) : world::remote_client(below(100), six);
    ip.to = service.end.address;
    if (service.name.starts_with("-f")) ip.to = marked_address(below(kMarkedAddresses));
    ip.id = static_cast<uint16_t>(1 + below(65535));
    ip.protocol = service.protocol;
    // Every client's end is new: one that comes back would meet what is left of its connection.
    const auto port = static_cast<uint16_t>(1024 + number_++ * 40507 % 64512);
    if (service.protocol == wire::proto::kUdp)
      return frame(ip, udp_datagram(ip, {port, service.end.port, {}}, {1, 2, 3, 4}));
    TcpFields tcp{port, service.end.port, static_cast<uint32_t>(random_.next())};
    tcp.flags = chance(50) ? flag::kSyn : flag::kAck;
    frame(ip, tcp_segment(ip, tcp, {}));
    // Some end, and count no more where only active ones do.
    if (tcp.flags == flag::kSyn || !chance(16)) return;
    tcp.flags = flag::kRst;
    frame(ip, tcp_segment(ip, tcp, {}));
  }

  void frame(const IpFields& ip, const Buffer& payload) {
    Event event;
    event.kind = EventKind::frame;
    event.port = world::kOutside;
    event.bytes = ethernet(world::mac_of(event.port, ip.from), world::director_mac(event.port),
                           ip_packet(ip, payload));
    case_.events.push_back(std::move(event));
  }

  Scheduler scheduler_;
  Random random_;
  size_t connections_;
  unsigned batches_of_phase_;
  size_t number_ = 0;  // of the next connection
  Case case_;
  std::vector<Service> services_;
};

}  // namespace

const std::vector<Scheduler>& compared_schedulers() {
  static const std::vector<Scheduler> kAll = {
      Scheduler::rr,   Scheduler::wrr,   Scheduler::lc, Scheduler::wlc, Scheduler::sed,
      Scheduler::nq,   Scheduler::dh,    Scheduler::sh, Scheduler::mh,  Scheduler::fo,
      Scheduler::lblc, Scheduler::lblcr, Scheduler::ovf};
  return kAll;
}

std::vector<Case> choice_cases(const ChoiceOptions& options) {
  std::vector<Case> all;
  for (const Scheduler scheduler : compared_schedulers())
    all.push_back(Choices(scheduler, options).make());
  return all;
}

Case with_wrong_schedulers(Case played) {
  static const std::map<std::string, std::string> kInstead = {
      {"rr", "fo"},     {"wrr", "rr"}, {"lc", "rr"}, {"wlc", "lc"}, {"sed", "wlc"},
      {"nq", "sed"},    {"dh", "rr"},  {"sh", "dh"}, {"mh", "rr"},  {"lblc", "wlc"},
      {"lblcr", "wlc"}, {"fo", "wrr"}, {"ovf", "rr"}};
  constexpr std::string_view kOption = " -s ";
  for (Event& event : played.events) {
    const size_t at = event.text.find(kOption);
    if (event.kind != EventKind::rule || at == std::string::npos) continue;
    const size_t begin = at + kOption.size();
    const size_t size = std::min(event.text.find(' ', begin), event.text.size()) - begin;
    const auto instead = kInstead.find(event.text.substr(begin, size));
    if (instead == kInstead.end()) continue;
    event.text.replace(begin, size, instead->second);
    const size_t flags = event.text.find(" -b ");  // sh's and mh's own
    if (flags != std::string::npos)
      event.text.erase(flags, std::min(event.text.find(' ', flags + 4), event.text.size()) - flags);
  }
  return played;
}

}  // namespace lvslab::conform
