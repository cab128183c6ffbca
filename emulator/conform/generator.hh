#pragma once
// The parts of a generator of cases, for generate*.cc alone: a case that grows, our director that
// plays it as it grows, and what traffic has taught so far.

#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/conform/generate.hh"
#include "emulator/conform/packets.hh"
#include "emulator/conform/state_graph.hh"
#include "emulator/conform/timing.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::conform {

// A conversation that somebody began.
struct Flow {
  uint64_t id = 0;
  uint8_t protocol = 6;
  wire::Endpoint client, virtual_end;
  std::string scheduler;  // of its service when it began
  uint32_t client_sequence = 0, server_sequence = 0;
  // What the other side's latest segment said comes next: a director may renumber.
  std::optional<uint32_t> client_expects, server_expects;
  // Where the latest request came out, once one did.
  std::optional<wire::Endpoint> real;  // what its server's packets have as source
  wire::IpAddress server;              // by whose MAC they come
  // On a walk (generate_walks.cc).
  bool answered = false;
  std::optional<StateGraph::Transition> goal;
  unsigned patience = 0;  // packets until another goal is looked for
  // One that is followed (generate_followed.cc).
  enum class Stage : uint8_t { fresh, asked, answered, open, over };
  Stage stage = Stage::fresh;
  bool by_server = false;  // who opens it
  bool client_done = false, server_done = false;
  bool rewritten = false;  // a control connection whose server announced an end of its own
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
  struct Service {
    std::string name;  // "-t 192.0.2.100:80"
    std::string scheduler;
  };
  struct Server {
    std::string name;    // "-t 192.0.2.100:80 -r 198.51.100.11:80"
    std::string method;  // "-m", "-i --tun-type gre"
  };
  struct Gone {
    Time since;
    bool alone = false;      // while its service stayed
    bool unsampled = false;  // and then its service went too
  };

  // generate.cc
  Answer add(Event event);
  void frame(uint32_t port, Buffer bytes, Flow* flow = nullptr);
  void learn(const Answer& answer, Flow* flow = nullptr, uint32_t entered_by = 0);
  static void learn_numbers(Bytes segment, bool to_client, Flow& flow);
  void list(const char* options);
  void step();
  void look();
  void let_tick_pass();

  // generate_waits.cc
  void wait();
  void wait_for_an_end();
  bool ties_until(Time until) const;
  bool is_due_soon() const;
  bool unlocks_until(Time until) const;
  bool pass(Duration pause);
  bool let_estimate();
  Time quiet_from(Time when) const;
  Duration timeout_of(const ipvs::ConnectionStatus& c) const;

  // generate_rules.cc
  void set_up();
  void begin_settings();
  void random_setting();
  void set(const std::string& setting);
  std::string marked_service();
  std::optional<std::string> new_service();
  bool is_forgotten(const std::string& server) const;
  void new_server(const std::string& service);
  void change_rules();
  void change_servers();
  void change_service(Service& service);
  std::string any_scheduler();
  std::string options_of(const std::string& scheduler);
  std::string any_protocol(bool six);
  std::string any_persistence(bool six);
  std::string any_method();
  std::string any_thresholds();
  bool attempt(const std::string& rule);

  // generate_traffic.cc
  void client_packet();
  Flow& make_flow();
  Flow& flow_to_service(const Service& service);
  void new_flow();
  uint8_t opening(const Flow& flow);
  uint8_t any_word(const Flow& flow);
  void request(Flow& flow, uint8_t word, const Buffer& body);
  void request(Flow& flow, uint8_t word) { request(flow, word, data_for(flow, word)); }
  void server_packet();
  void reply(Flow& flow, uint8_t word, const Buffer& body);
  void reply(Flow& flow, uint8_t word) { reply(flow, word, data_for(flow, word)); }
  void echo();
  void stray();
  Buffer data_for(const Flow& flow, uint8_t word);
  Buffer transport(const IpFields& ip, Flow& flow, bool from_client, uint8_t word,
                   const Buffer& body);
  IpFields ip_of(const wire::IpAddress& from, const wire::IpAddress& to, uint8_t protocol);
  IpFields ip_of(const Flow& flow, const wire::IpAddress& from, const wire::IpAddress& to);
  void send(uint32_t port, const wire::IpAddress& via, IpFields ip, const Buffer& payload,
            Flow* flow);
  Buffer data();
  Flow* any_flow();

  // generate_walks.cc
  void walk();
  void open(Flow& flow);
  Flow* walker();
  std::optional<ipvs::ConnectionStatus> connection_of(const Flow& flow) const;
  bool choose_goal(Flow& flow, const StateGraph& graph, const StateGraph::Place& place,
                   const StateGraph::Limits& limits, const std::string& who);
  void step_on(Flow& flow, const Stimulus& by, StateGraph::State before, const StateGraph& graph,
               const std::string& who);

  // generate_ftp.cc
  void ftp();
  Flow* control_connection();
  void client_says(Flow& control, const std::string& line);
  void server_says(Flow& control, const std::string& line);
  void passive(Flow& control);
  void active(Flow& control);
  void begin_data(const wire::Endpoint& client, const wire::Endpoint& virtual_end,
                  std::optional<wire::Endpoint> server);

  // generate_followed.cc
  bool is_followed(const Flow& flow) const;
  bool is_error_renumbered(const Buffer& about) const;
  bool keeps_spoilt(bool six) const;
  void forget_conversations();
  void give_own_port(Flow& flow) const;
  void say(Flow& flow, bool by_client, uint8_t word);
  void converse(Flow& flow);
  void talk(Flow& flow);

  // generate_errors.cc
  void icmp_error();
  void error_that_opens(Flow& flow);
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
  std::list<Flow> flows_;
  uint64_t next_flow_ = 1, walker_ = 0;
  std::set<wire::Endpoint> renumbered_;  // clients whose server's words were rewritten, for good
  // What walks have seen: by "rr masquerade TCP".
  std::map<std::string, std::set<StateGraph::Transition>> walked_;
  std::deque<Passed> inside_, outside_;  // what left by each port, latest first
  std::deque<Passed> entered_;           // what came in, latest first
  std::vector<Service> services_;
  std::vector<Server> servers_;
  std::map<std::string, Gone> gone_;  // servers that were deleted
  size_t frames_ = 0;
  Time last_frame_{};
  Duration patience_{};  // what long waits have taken
};

}  // namespace lvslab::conform
