#pragma once
// A director on a table: rules in ipvsadm's words, packets in, verdicts and bytes out, a clock that
// the test moves.

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "emulator/director/describe.hh"
#include "emulator/director/director.hh"
#include "tests/unit/director/packets.hh"

namespace lvslab::director::test {

using namespace std::chrono_literals;

inline const char* const kVip = "192.0.2.10";
inline const char* const kDip = "198.51.100.254";

// Every address is reached by a way of MTU 1500 and source DIP unless the test says otherwise.
class TableOfRoutes : public Routes {
 public:
  std::optional<Route> route_to(const wire::IpAddress& to) const override {
    const auto found = special.find(to.to_string());
    if (found != special.end()) return found->second;
    return Route{1500, address(kDip), to == address(kDip)};
  }
  void learn_path_mtu(const wire::IpAddress& to, uint32_t mtu, Time) override {
    special[to.to_string()] = Route{mtu, address(kDip), false, true};
    changed();
  }
  // What the test put into `special` counts from now on.
  void refresh() { changed(); }
  std::map<std::string, std::optional<Route>> special;
};

struct Outcome {
  Verdict verdict;
  Note note;
  Packet bytes;
};

struct Bench {
  explicit Bench(Settings settings = {}) : director(settings, routes, 1) {}

  void rules(std::initializer_list<const char*> lines);
  Outcome send(const Packet& packet, Hook hook = Hook::local_in);
  Outcome request(const Spec& spec) { return send(spec.bytes()); }
  Outcome reply(const Spec& spec) { return send(spec.bytes(), Hook::forward); }
  // The address of the server that a request is sent to, "" if to none.
  std::string server_of(const Spec& spec);
  ipvs::ConnectionStatus only_connection() const;
  ipvs::DestinationStatus server(const std::string& real) const;
  uint64_t drops(DropReason reason) const { return director.drops()[static_cast<size_t>(reason)]; }

  TableOfRoutes routes;
  Director director;
  Time now{100s};
};

// A line of ipvsadm as a command.
ipvs::Command command(const std::string& line);

// "" if `line` is taken, else what the director refused it with.
std::string refusal(Bench& bench, const char* line);

void check_same(const Packet& got, const Packet& expected, const std::string& what);

}  // namespace lvslab::director::test

namespace lvslab::director {
// For Boost.Test's messages.
inline std::ostream& operator<<(std::ostream& out, Action action) {
  return out << (action == Action::pass ? "pass" : action == Action::forward ? "forward" : "drop");
}
inline std::ostream& operator<<(std::ostream& out, DropReason reason) {
  return out << name_of(reason);
}
}  // namespace lvslab::director

namespace lvslab::wire {
inline std::ostream& operator<<(std::ostream& out, const Endpoint& end) {
  return out << end.to_string();
}
inline std::ostream& operator<<(std::ostream& out, const IpAddress& address) {
  return out << address.to_string();
}
}  // namespace lvslab::wire
