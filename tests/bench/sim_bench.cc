// Frames a second through a simulated lab: client, director (masquerade) and server, and back, in
// one thread. Datagrams ask the identity service; each answer is awaited by one of the requests
// under way, so a frame that got lost would end the run. `frames` counts what is sent by client,
// director (twice) and server: four a request.
//
//   bench_sim --benchmark_min_time=2

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

#include "emulator/ipvs/language.hh"
#include "emulator/node/director_node.hh"
#include "emulator/node/server_node.hh"
#include "emulator/sim/simulation.hh"

namespace {

using namespace lvslab;

[[noreturn]] void wrong(const char* what) {
  std::cerr << "bench_sim: not what was meant to be measured: " << what << '\n';
  std::abort();
}

wire::Mac mac_of(uint8_t number) {
  const uint8_t bytes[6] = {2, 0, 0, 0, 0, number};
  return wire::Mac(bytes);
}

host::InterfaceConfig interface(const char* name, uint8_t mac, const char* address) {
  return {name, mac_of(mac), 1500, {*wire::Prefix::parse(address)}, {}};
}

host::HostConfig config_of(const char* name, std::vector<host::InterfaceConfig> interfaces,
                           const char* gateway) {
  host::HostConfig config;
  config.name = name;
  config.interfaces = std::move(interfaces);
  if (*gateway)
    config.routes = {{*wire::Prefix::parse("0.0.0.0/0"), *wire::IpAddress::parse(gateway), {}}};
  return config;
}

class Net {
 public:
  Net()
      : simulation_(nullptr),
        client_(config_of("client", {interface("eth0", 1, "192.0.2.9/24")}, ""), {}),
        director_(director_config()),
        server_(config_of("rs1", {interface("eth0", 4, "198.51.100.11/24")}, "198.51.100.1"),
                {{node::Transport::udp, 53}, {node::Transport::tcp, 80}}) {
    const uint32_t outside = simulation_.add_segment(), inside = simulation_.add_segment();
    simulation_.add_node(client_, {{mac_of(1), 1500, outside}});
    simulation_.add_node(director_, {{mac_of(2), 1500, outside}, {mac_of(3), 1500, inside}});
    simulation_.add_node(server_, {{mac_of(4), 1500, inside}});
    for (const char* rule :
         {"-A -u 192.0.2.1:53 -s rr", "-a -u 192.0.2.1:53 -r 198.51.100.11:53 -m",
          "-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.11:80 -m"})
      director_.apply(ipvs::parse(rule), Time{});
  }

  template <class Question>
  host::Requests::Id ask(const Question& question) {
    const auto id = client_.host().ask(question, simulation_.now(), simulation_.outbox(0));
    simulation_.acted(0);
    return id;
  }
  // Lets what is under way come to its end, and forgets it.
  void finish(std::vector<host::Requests::Id>& asked) {
    simulation_.settle(kNever);
    for (const auto id : asked) {
      const auto* result = client_.host().result(id);
      if (!result || result->outcome != host::RequestOutcome::answered) wrong("no answer");
      client_.host().forget(id, simulation_.now(), simulation_.outbox(0));
    }
    simulation_.settle(kNever);
    asked.clear();
  }
  uint64_t frames() const { return simulation_.delivered(); }
  // Connections end meanwhile.
  void rest() {
    simulation_.run_until([] { return false; }, simulation_.now() + std::chrono::minutes(10));
  }

 private:
  static host::HostConfig director_config() {
    auto config = config_of(
        "director", {interface("eth0", 2, "192.0.2.1/24"), interface("eth1", 3, "198.51.100.1/24")},
        "");
    config.forwarding = true;
    return config;
  }

  sim::Simulation simulation_;
  node::ServerNode client_;
  node::DirectorNode director_;
  node::ServerNode server_;
};

// Half of what a neighbour's queue takes: none is lost while the first who-has is answered.
constexpr int kAtOnce = 8;

template <class Question>
void requests(benchmark::State& state, const Question& question, double least_frames) {
  Net net;
  std::vector<host::Requests::Id> asked;
  uint64_t count = 0;
  const uint64_t before = net.frames();
  for (auto _ : state) {
    for (int i = 0; i < kAtOnce; ++i) asked.push_back(net.ask(question));
    net.finish(asked);
    if (++count % 512 == 0) net.rest();
  }
  const auto frames = static_cast<double>(net.frames() - before);
  if (frames < least_frames * static_cast<double>(count * kAtOnce)) wrong("too few frames");
  state.counters["frames"] = benchmark::Counter(frames, benchmark::Counter::kIsRate);
  state.counters["requests"] =
      benchmark::Counter(static_cast<double>(count * kAtOnce), benchmark::Counter::kIsRate);
}

void datagrams(benchmark::State& state) {
  requests(state,
           host::UdpQuestion{*wire::Endpoint::parse("192.0.2.1:53"), 0, "who?", true,
                             std::chrono::seconds(1)},
           4);
}

void web_requests(benchmark::State& state) {
  requests(state,
           host::TcpQuestion{*wire::Endpoint::parse("192.0.2.1:80"), 0, "GET / HTTP/1.0\r\n\r\n",
                             std::chrono::seconds(1), nullptr},
           16);
}

}  // namespace

BENCHMARK(datagrams);
BENCHMARK(web_requests);
BENCHMARK_MAIN();
