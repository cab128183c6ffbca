#pragma once
// The parts of a generator of cases, for generate*.cc alone: a case that grows, our director that
// plays it as it grows, and what traffic has taught so far.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/conform/generate.hh"
#include "emulator/conform/packets.hh"
#include "emulator/conform/timing.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::conform {

// A conversation that somebody began.
struct Flow {
  uint8_t protocol = 6;
  wire::Endpoint client, virtual_end;
  uint32_t client_sequence = 0, server_sequence = 0;
  // Where the latest request came out, once one did.
  std::optional<wire::Endpoint> real;  // what its server's packets have as source
  wire::IpAddress server;              // by whose MAC they come
};

struct Passed {
  uint32_t port = 0;  // by which it left
  Buffer frame;
};

class Generator {
 public:
  Generator(uint64_t seed, const GenerateOptions& options);
  Case make();

 private:
  // generate.cc
  Answer add(Event event);
  void frame(uint32_t port, Buffer bytes, Flow* flow = nullptr);
  void learn(const Answer& answer, Flow* flow);
  void list(const char* options);
  void step();
  void look();
  void wait();
  void pass(Duration pause);
  void let_estimate();
  bool quiet_at(Time when) const;
  void let_tick_pass();

  // generate_rules.cc
  void set_up();
  void begin_settings();
  void random_setting();
  std::string new_service();
  std::string options_of(const std::string& scheduler);
  std::string new_server(const std::string& service);
  void change_rules();
  bool attempt(const std::string& rule);

  // generate_traffic.cc
  void client_packet();
  void new_flow();
  void request(Flow& flow, bool first);
  void server_packet();
  void reply(Flow& flow);
  void echo();
  void stray();
  Buffer transport(const IpFields& ip, Flow& flow, bool from_client, bool first);
  IpFields ip_of(const wire::IpAddress& from, const wire::IpAddress& to, uint8_t protocol);
  void send(uint32_t port, const wire::IpAddress& via, IpFields ip, const Buffer& payload,
            Flow* flow);
  Buffer data();
  Flow* any_flow();

  // generate_errors.cc
  void icmp_error();
  IpFields plain_ip_of(const wire::IpAddress& from, const wire::IpAddress& to, uint8_t protocol);
  void error_from_inside();
  void error_from_outside();
  Buffer quote(const Buffer& packet);
  void hostile();

  bool chance(unsigned percent) { return random_.below(100) < percent; }
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_.below(bound)); }
  template <class T>
  const T& pick(const std::vector<T>& of) {
    return of[below(static_cast<unsigned>(of.size()))];
  }
  bool has(Feature feature) const { return options_.features.has(feature); }
  bool v6() { return has(Feature::v6) && chance(30); }

  GenerateOptions options_;
  Random random_;
  Case case_;
  std::unique_ptr<Ours> ours_;
  std::vector<Flow> flows_;
  std::deque<Passed> inside_, outside_;  // what left by each port, latest first
  std::deque<Passed> entered_;           // what came in, latest first
  std::vector<std::string> services_;    // "-t 192.0.2.100:80"
  struct Server {
    std::string name;    // "-t 192.0.2.100:80 -r 198.51.100.11:80"
    std::string method;  // "-m", "-i --tun-type gre"
  };
  std::vector<Server> servers_;
  size_t frames_ = 0;
  Time last_frame_{};
};

}  // namespace lvslab::conform
