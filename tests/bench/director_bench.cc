// What a frame costs in the director (connection lookup, TCP state, timers, counters and the edit),
// against libtins parsing, editing and serializing it without any of those: the way a forwarder is
// usually written with libtins. Both in one run, interleaved repetitions, and
// each iteration's result is looked at, so that what is timed is what was meant.
//
//   bench_director --benchmark_enable_random_interleaving=true --benchmark_repetitions=9

#include <benchmark/benchmark.h>
#include <tins/tins.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

#include "emulator/director/director.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ethernet.hh"

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

const wire::Mac kOurs = *wire::parse_mac("02:00:00:00:00:01");
const wire::Mac kTheirs = *wire::parse_mac("02:00:00:00:00:02");

constexpr size_t kHeaders = 14 + 20 + 20;  // Ethernet, IP, TCP

// An Ethernet frame of `size` bytes from the client to the virtual service.
std::vector<uint8_t> frame_of(size_t size, uint8_t flags) {
  Tins::TCP tcp(80, 40000);
  tcp.flags(flags);
  tcp.seq(1000);
  auto ip = Tins::IP(kVirtual, kClient) / tcp;
  ip.ttl(64);
  if (size > kHeaders) ip /= Tins::RawPDU(std::string(size - kHeaders, 'x'));
  return (Tins::EthernetII(kOurs, kTheirs) / ip).serialize();
}

[[noreturn]] void wrong(const char* what) {
  std::cerr << "bench_director: not what was meant to be measured: " << what << '\n';
  std::abort();
}

// The frame's way through the director: Ethernet header off, process, Ethernet header on.
Action pass(director::Director& director, wire::Frame& frame) {
  frame.trim_front(wire::kEthernetSize);
  const auto action = director.process(frame, director::Hook::local_in, Time{}).action;
  frame.prepend(wire::kEthernetSize);
  const auto ethernet = *wire::EthernetEdit::over(frame.bytes());
  ethernet.set_destination(kTheirs);
  ethernet.set_source(kOurs);
  ethernet.set_type(wire::ethertype::kIpv4);
  return action;
}

// One established connection through the director by `method` ("-m", "-g", "-i").
void director_packet(benchmark::State& state, const char* method) {
  OneRoute routes;
  director::Director director({}, routes, 1);
  const std::string service = std::string("-t ") + kVirtual + ":80";
  director.apply(ipvs::parse("-A " + service + " -s rr"), Time{});
  director.apply(ipvs::parse("-a " + service + " -r " + kReal + ":80 " + method), Time{});
  auto syn = wire::Frame::copy_of(frame_of(64, Tins::TCP::SYN));
  if (pass(director, syn) != Action::forward) wrong("the SYN was not forwarded");
  const auto bytes = frame_of(static_cast<size_t>(state.range(0)), Tins::TCP::ACK);
  auto frame = wire::Frame::copy_of(bytes);
  benchmark::IterationCount forwarded = 0;
  for (auto _ : state) {
    // The headers as a device would have written them into the buffer; the rest is never touched.
    frame.trim_front(frame.size() - bytes.size());
    std::memcpy(frame.data(), bytes.data(), kHeaders);
    forwarded += pass(director, frame) == Action::forward;
    benchmark::DoNotOptimize(frame.data());
  }
  if (forwarded != state.iterations()) wrong("a packet was not forwarded");
}

// The same edits by way of libtins objects.
template <class Edit>
void libtins_packet(benchmark::State& state, Edit edit) {
  const auto bytes = frame_of(static_cast<size_t>(state.range(0)), Tins::TCP::ACK);
  benchmark::IterationCount written = 0;
  for (auto _ : state) {
    Tins::EthernetII frame(bytes.data(), static_cast<uint32_t>(bytes.size()));
    frame.dst_addr(kTheirs);
    frame.src_addr(kOurs);
    auto& ip = frame.rfind_pdu<Tins::IP>();
    ip.ttl(static_cast<uint8_t>(ip.ttl() - 1));
    edit(frame, ip);
    const auto out = frame.serialize();
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

const Tins::IPv4Address kRealAddress(kReal), kDirectorAddress(kDirector);

void libtins_nat(benchmark::State& state) {
  libtins_packet(state, [](Tins::EthernetII&, Tins::IP& ip) {
    ip.dst_addr(kRealAddress);
    ip.rfind_pdu<Tins::TCP>().dport(80);
  });
}
void libtins_dr(benchmark::State& state) {
  libtins_packet(state, [](Tins::EthernetII&, Tins::IP&) {});
}
void libtins_tun(benchmark::State& state) {
  libtins_packet(state, [](Tins::EthernetII& frame, Tins::IP&) {
    auto* outer = new Tins::IP(kRealAddress, kDirectorAddress);
    outer->inner_pdu(frame.release_inner_pdu());
    frame.inner_pdu(outer);
  });
}

}  // namespace

// Bytes of frame: the smallest that Ethernet has, and a full segment's.
BENCHMARK(director_nat)->Arg(64)->Arg(1454);
BENCHMARK(libtins_nat)->Arg(64)->Arg(1454);
BENCHMARK(director_dr)->Arg(64)->Arg(1454);
BENCHMARK(libtins_dr)->Arg(64)->Arg(1454);
BENCHMARK(director_tun)->Arg(64)->Arg(1454);
BENCHMARK(libtins_tun)->Arg(64)->Arg(1454);
BENCHMARK_MAIN();
