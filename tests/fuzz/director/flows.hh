#pragma once
// Conversations of clients with virtual services, as a capture shows them: by whom each was
// answered last, and how far it got. For oracles alone; only what is certain is kept.

#include <optional>
#include <utility>
#include <vector>

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

// client, virtual end, protocol
struct FlowName {
  uint8_t protocol = 0;
  End client, virtual_end;
  friend bool operator==(const FlowName&, const FlowName&) = default;
};

// Which server a request went to, whichever way: the packet's new end, or who got the frame.
struct Server {
  bool masqueraded = false;
  End real;          // masqueraded; tunnel: the outer packet's destination
  uint64_t mac = 0;  // route
  friend bool operator==(const Server&, const Server&) = default;
  std::string text() const;
};

struct Flow {
  Server server;
  Time last{};
  bool established = false;  // TCP: opened, then acknowledged, by the client
};

// The server that `out` gives the request `in` to; nothing if that is not what it is.
std::optional<Server> server_of(const SeenFrame& in, const SeenFrame& out);

class Flows {
 public:
  // Takes a turn in which a request went out. Null: it is not one.
  struct Seen {
    FlowName name;
    const Flow* before = nullptr;  // null: not known so far
    Server server;
  };
  // Before anything else about a turn: what would begin a conversation anew, and went to no server,
  // may have ended that conversation, which is forgotten.
  void look(const Turn& turn);
  // Valid until take().
  std::optional<Seen> request(const Turn& turn) const;
  void take(const Seen& seen, const Turn& turn);

  // What a rule makes uncertain is forgotten.
  void rule(const ipvs::Command& command);
  void clear();
  // There was a service of single packets (-o), which has no connections.
  bool one_packet() const { return one_packet_; }
  // From now on nothing is certain: another director's word may change anything, shorter timeouts
  // may end anything; or an oracle said so.
  bool unsure() const { return unsure_; }
  void doubt() { unsure_ = true; }
  // Connections may go at any time.
  void setting(const ipvs::Settings& settings) {
    if (settings.drop_entry == 3) doubt();
  }

  using All = std::vector<std::pair<FlowName, Flow>>;
  const All& all() const { return flows_; }

 private:
  struct Rule;

  All flows_;  // few
  bool one_packet_ = false, unsure_ = false;
};

}  // namespace lvslab::fuzz
