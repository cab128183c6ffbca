// What a packet costs in the director, against libtins parsing, editing and serializing it: the
// way a forwarder is usually written with libtins. Both in one run, interleaved repetitions, and
// each iteration's result is looked at, so that what is timed is what was meant.
//
//   bench_director --benchmark_enable_random_interleaving=true --benchmark_repetitions=9

#include <benchmark/benchmark.h>
#include <tins/tins.h>

#include <cstdlib>
#include <iostream>

#include "emulator/director/director.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace {

using namespace lvslab;
using director::Action;

constexpr const char* kClient = "192.0.2.10";
constexpr const char* kVirtual = "198.51.100.1";
constexpr const char* kReal = "203.0.113.7";
constexpr const char* kDirector = "203.0.113.1";

class OneRoute : public director::Routes {
 public:
  std::optional<director::Route> route_to(const wire::IpAddress&) const override { return route_; }

 private:
  director::Route route_{1500, *wire::IpAddress::parse(kDirector), false};
};

// An IP packet of `size` bytes from the client to the virtual service, sequence number `n`.
std::vector<uint8_t> packet(size_t size, uint8_t flags) {
  Tins::TCP tcp(80, 40000);
  tcp.flags(flags);
  tcp.seq(1000);
  auto ip = Tins::IP(kVirtual, kClient) / tcp;
  ip.ttl(64);
  if (size > 40) ip /= Tins::RawPDU(std::string(size - 40, 'x'));
  return ip.serialize();
}

[[noreturn]] void wrong(const char* what) {
  std::cerr << "bench_director: not what was meant to be measured: " << what << '\n';
  std::abort();
}

// One established connection through the director by `method` ("-m", "-g", "-i").
void director_packet(benchmark::State& state, const char* method) {
  const OneRoute routes;
  director::Director director({}, routes, 1);
  const std::string service = std::string("-t ") + kVirtual + ":80";
  director.apply(ipvs::parse("-A " + service + " -s rr"), Time{});
  director.apply(ipvs::parse("-a " + service + " -r " + kReal + ":80 " + method), Time{});
  auto syn = wire::Frame::copy_of(packet(40, Tins::TCP::SYN));
  if (director.process(syn, director::Hook::local_in, Time{}).action != Action::forward)
    wrong("the SYN was not forwarded");
  const auto bytes = packet(static_cast<size_t>(state.range(0)), Tins::TCP::ACK);
  benchmark::IterationCount forwarded = 0;
  for (auto _ : state) {
    auto frame = wire::Frame::copy_of(bytes);
    const auto verdict = director.process(frame, director::Hook::local_in, Time{});
    forwarded += verdict.action == Action::forward;
    benchmark::DoNotOptimize(frame.data());
  }
  if (forwarded != state.iterations()) wrong("a packet was not forwarded");
}

// The same three edits by way of libtins objects.
template <class Edit>
void libtins_packet(benchmark::State& state, Edit edit) {
  const auto bytes = packet(static_cast<size_t>(state.range(0)), Tins::TCP::ACK);
  benchmark::IterationCount written = 0;
  for (auto _ : state) {
    Tins::IP ip(bytes.data(), static_cast<uint32_t>(bytes.size()));
    const auto out = edit(ip);
    written += out.size() >= bytes.size();
    benchmark::DoNotOptimize(out.data());
  }
  if (written != state.iterations()) wrong("a packet was not written");
}

void director_nat(benchmark::State& state) {
  director_packet(state, "-m");
}
void director_dr(benchmark::State& state) {
  director_packet(state, "-g");
}
void director_tun(benchmark::State& state) {
  director_packet(state, "-i");
}

void libtins_nat(benchmark::State& state) {
  libtins_packet(state, [](Tins::IP& ip) {
    ip.dst_addr(kReal);
    ip.ttl(static_cast<uint8_t>(ip.ttl() - 1));
    ip.rfind_pdu<Tins::TCP>().dport(80);
    return ip.serialize();
  });
}
void libtins_dr(benchmark::State& state) {
  libtins_packet(state, [](Tins::IP& ip) {
    ip.ttl(static_cast<uint8_t>(ip.ttl() - 1));
    return ip.serialize();
  });
}
void libtins_tun(benchmark::State& state) {
  libtins_packet(state, [](Tins::IP& ip) {
    ip.ttl(static_cast<uint8_t>(ip.ttl() - 1));
    auto outer = Tins::IP(kReal, kDirector) / ip;
    return outer.serialize();
  });
}

}  // namespace

// Bytes of IP packet: the smallest Ethernet frame's, and a full segment's.
BENCHMARK(director_nat)->Arg(50)->Arg(1440);
BENCHMARK(libtins_nat)->Arg(50)->Arg(1440);
BENCHMARK(director_dr)->Arg(50)->Arg(1440);
BENCHMARK(libtins_dr)->Arg(50)->Arg(1440);
BENCHMARK(director_tun)->Arg(50)->Arg(1440);
BENCHMARK(libtins_tun)->Arg(50)->Arg(1440);
BENCHMARK_MAIN();
