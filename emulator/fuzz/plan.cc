#include "emulator/fuzz/plan.hh"

#include <algorithm>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/base/random.hh"
#include "emulator/fuzz/plan_wires.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/lab/hostile.hh"

namespace lvslab::fuzz {

namespace {

using std::chrono::milliseconds;
using topology::Transport;

constexpr uint64_t kMostSteps = 12;
constexpr uint64_t kMostJunk = 24;  // frames of one step
constexpr milliseconds kPatience{300};

struct Target {
  wire::Endpoint end;
  Transport over = Transport::tcp;
};

// A server as the rule that added it names it.
struct Server {
  std::string director;
  std::string service;  // "-t 192.0.2.100:80"
  std::string real;     // "-r 198.51.100.11:80"
  std::string rest;     // its method and other options, without the weight
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::optional<Server> server_of(const std::string& director, const std::string& rule) {
  Server server{director, "", "", ""};
  const auto words = words_of(rule);
  bool adds = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool last = i + 1 == words.size();
    if (word == "ipvsadm") continue;
    if (word == "-a") {
      adds = true;
    } else if ((word == "-t" || word == "-u" || word == "-f") && !last) {
      server.service = word + " " + words[++i];
    } else if (word == "-6") {
      server.service += " -6";
    } else if (word == "-r" && !last) {
      server.real = word + " " + words[++i];
    } else if (word == "-w" && !last) {
      ++i;
    } else {
      server.rest += " " + word;
    }
  }
  // Rules written another way (long options) are left as they are.
  if (!adds || server.service.empty() || server.real.empty()) return {};
  return server;
}

class Planner {
 public:
  Planner(const topology::Topology& topology, uint64_t seed, const Kinds& kinds)
      : topology_(topology), random_(seed), kinds_(kinds) {
    for (const auto& host : topology.hosts) look_at(host);
  }

  std::vector<topology::Step> steps() {
    if (clients_.empty() || targets_.empty()) return {};
    std::vector<topology::Step> steps;
    for (uint64_t n = 2 + random_.below(kMostSteps - 1); n > 0; --n) {
      topology::Step step;
      step.action = action();
      if (random_.below(3) == 0) step.meanwhile = meanwhile(step.action);
      step.name = std::to_string(steps.size() + 1);
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  void look_at(const topology::Host& host) {
    if (host.role == topology::Role::client) clients_.push_back(host.name);
    if (host.role == topology::Role::real_server) stoppable_.push_back(host.name);
    if (host.role != topology::Role::director) return;
    for (const auto& rule : host.rules) {
      if (const auto* add = std::get_if<ipvs::AddService>(&rule.command)) add_target(add->service);
      if (host.engine == topology::Engine::external) continue;
      if (auto server = server_of(host.name, rule.text)) servers_.push_back(std::move(*server));
    }
  }

  void add_target(const ipvs::Service& service) {
    const auto* key = std::get_if<ipvs::AddressKey>(&service.key);
    if (!key || key->protocol == ipvs::Protocol::sctp || key->virtual_end.port == 0) return;
    const bool tcp = key->protocol == ipvs::Protocol::tcp;
    const bool reachable = std::any_of(clients_.begin(), clients_.end(), [&](const auto& client) {
      return reaches(client, key->virtual_end.address);
    });
    if (reachable) targets_.push_back({key->virtual_end, tcp ? Transport::tcp : Transport::udp});
  }

  bool reaches(const std::string& client, const wire::IpAddress& address) const {
    try {
      lab::approach_to(topology_, client, address);
      return true;
    } catch (const UsageError&) {
      return false;
    }
  }

  template <class T>
  const T& any_of(const std::vector<T>& all) {
    return all[random_.below(all.size())];
  }

  topology::Action action() {
    for (;;) {
      switch (random_.below(12)) {
        case 0:
        case 1:
        case 2:
          return request();
        case 3:
          if (kept_.empty()) break;
          return more();
        case 4:
          return topology::Ping{client(), any_of(targets_).end.address, 1, kPatience};
        case 5:
          if (!kinds_.rules || servers_.empty()) break;
          return rules();
        case 6:
          if (!kinds_.faults || stoppable_.empty()) break;
          return life();
        case 7:
          return some_wires(topology_, random_);
        case 8:
          return topology::Wait{some_time()};
        default:
          return frames();
      }
    }
  }

  // Beside what takes time: one or two things that befall the lab in its first moments.
  std::vector<topology::Meanwhile> meanwhile(const topology::Action& action) {
    if (!std::holds_alternative<topology::Request>(action) &&
        !std::holds_alternative<topology::Continue>(action))
      return {};
    std::vector<topology::Meanwhile> items;
    milliseconds after{1};  // what a file can say
    for (uint64_t n = 1 + random_.below(2); n > 0; --n) {
      after += milliseconds(random_.below(20));
      items.push_back({after, trouble()});
    }
    return items;
  }

  topology::Action trouble() {
    switch (random_.below(4)) {
      case 0:
        if (!kinds_.rules || servers_.empty()) break;
        return rules();
      case 1:
        if (!kinds_.faults || stoppable_.empty()) break;
        return life();
      case 2:
        return frames();
      default:
        break;
    }
    return some_wires(topology_, random_);
  }

  std::string client() { return any_of(clients_); }

  // In memory hours cost nothing.
  milliseconds some_time() {
    if (!kinds_.faults) return milliseconds(1 + random_.below(100));
    return milliseconds(1 + (random_.below(2) ? random_.below(2'000) : random_.below(1'000'000)));
  }

  topology::Action request() {
    const Target& target = any_of(targets_);
    topology::Request request;
    request.from = client();
    request.to = target.end;
    request.transport = target.over;
    request.count = static_cast<uint32_t>(1 + random_.below(4));
    request.at_once = static_cast<uint32_t>(1 + random_.below(4));
    request.size =
        static_cast<uint32_t>(random_.below(3) == 0 ? random_.below(3000) : random_.below(8));
    request.dont_fragment = target.over == Transport::tcp || request.size < 1000;
    request.timeout = kPatience;
    if (target.over == Transport::tcp && random_.below(3) == 0) {
      request.keep = "kept" + std::to_string(kept_.size() + 1);
      kept_.push_back(request);
    }
    return request;
  }

  topology::Action more() {
    const auto& request = any_of(kept_);
    topology::Continue more{request.keep, request.from, request.to};
    more.count = request.count;
    more.at_once = static_cast<uint32_t>(1 + random_.below(4));
    more.size = static_cast<uint32_t>(random_.below(200));
    more.timeout = kPatience;
    return more;
  }

  topology::Action rules() {
    const Server& server = any_of(servers_);
    std::vector<std::string> texts;
    const std::string which = server.service + " " + server.real;
    switch (random_.below(4)) {
      case 0:
        texts = {"-d " + which, "-a " + which + server.rest + " -w 1"};
        break;
      default:
        texts = {"-e " + which + server.rest + " -w " + std::to_string(random_.below(4))};
    }
    topology::ApplyRules apply;
    apply.given.push_back({server.director, {}});
    for (const auto& text : texts)
      apply.given.back().rules.push_back({text, ipvs::parse(text), {}});
    return apply;
  }

  // Who stopped starts again some time, or never.
  topology::Action life() {
    const std::string& host = any_of(stoppable_);
    const auto stopped = std::find(stopped_.begin(), stopped_.end(), host);
    if (stopped == stopped_.end()) {
      stopped_.push_back(host);
      return topology::Life{topology::Life::Change::stop, host};
    }
    stopped_.erase(stopped);
    return topology::Life{topology::Life::Change::start, host};
  }

  topology::Action frames() {
    const Target& target = any_of(targets_);
    std::string from = client();
    while (!reaches(from, target.end.address)) from = client();
    const auto by = lab::approach_to(topology_, from, target.end.address);
    topology::SendFrames send{from, by.from->name, {}};
    for (uint64_t n = 1 + random_.below(kMostJunk); n > 0; --n)
      send.frames.push_back(lab::junk_frame(by, target.end, random_));
    return send;
  }

  const topology::Topology& topology_;
  Random random_;
  const Kinds kinds_;
  std::vector<std::string> clients_, stoppable_, stopped_;
  std::vector<Target> targets_;
  std::vector<Server> servers_;
  std::vector<topology::Request> kept_;
};

}  // namespace

std::vector<topology::Step> plan(const topology::Topology& topology, uint64_t seed,
                                 const Kinds& kinds) {
  return Planner(topology, seed, kinds).steps();
}

}  // namespace lvslab::fuzz
