#pragma once
// Two or more hosts on one segment of a simulated network, and a way to lose chosen frames.

#include <boost/test/unit_test.hpp>

#include "emulator/host/identity.hh"
#include "emulator/node/server_node.hh"
#include "emulator/sim/simulation.hh"

namespace lvslab::sim::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline wire::Mac mac_of(uint8_t number) {
  const uint8_t bytes[6] = {2, 0, 0, 0, 0, number};
  return wire::Mac(bytes);
}

// 192.0.2.NUMBER and 2001:db8::NUMBER on eth0.
inline host::HostConfig config_of(uint8_t number, uint32_t mtu = 1500) {
  host::HostConfig config;
  config.name = "h" + std::to_string(number);
  config.seed = number;
  const std::string last = std::to_string(number);
  config.interfaces = {{"eth0",
                        mac_of(number),
                        mtu,
                        {*wire::Prefix::parse("192.0.2." + last + "/24"),
                         *wire::Prefix::parse("2001:db8::" + last + "/64")},
                        {}}};
  return config;
}

// Hands on to a host what it does not lose.
class Lossy final : public node::Node {
 public:
  Lossy(host::HostConfig config, const std::vector<node::IdentityPort>& ports)
      : node_(std::move(config), ports) {}
  void receive(uint32_t port, wire::Frame frame, Time now, node::Outbox& outbox) override {
    if (lose && lose(frame)) return;
    node_.receive(port, std::move(frame), now, outbox);
  }
  void tick(Time now, node::Outbox& outbox) override { node_.tick(now, outbox); }
  Time next_deadline() const override { return node_.next_deadline(); }
  host::Host& host() { return node_.host(); }

  std::function<bool(const wire::Frame&)> lose;

 private:
  node::ServerNode node_;
};

// h1 asks, h2 serves tcp/80 and udp/53.
struct Pair : Observer {
  explicit Pair(uint32_t mtu = 1500)
      : simulation(this),
        client(config_of(1, mtu), {}),
        server(config_of(2), {{node::Transport::tcp, 80}, {node::Transport::udp, 53}}) {
    const uint32_t segment = simulation.add_segment();
    simulation.add_node(client, {{mac_of(1), mtu, segment}});
    simulation.add_node(server, {{mac_of(2), 1500, segment}});
  }
  void saw(Time, uint32_t, fabric::Direction, const wire::Frame&) override { ++seen; }

  template <class Question>
  host::Requests::Id ask(const Question& question) {
    const auto id = client.host().ask(question, simulation.now(), simulation.outbox(0));
    simulation.acted(0);
    return id;
  }
  const host::RequestResult& result(host::Requests::Id id) {
    const bool ended = simulation.run_until([&] { return client.host().result(id) != nullptr; },
                                            simulation.now() + std::chrono::hours(1));
    BOOST_REQUIRE(ended);
    return *client.host().result(id);
  }

  size_t seen = 0;
  Simulation simulation;
  Lossy client, server;
};

inline wire::Endpoint endpoint(const char* text) {
  return *wire::Endpoint::parse(text);
}

inline host::TcpQuestion web(const char* to = "192.0.2.2:80") {
  return {endpoint(to), 0, "GET / HTTP/1.0\r\n\r\n", seconds(1), nullptr};
}

}  // namespace lvslab::sim::test
