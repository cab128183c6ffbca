// Frames and time at an embedded host of two ports, with services, forwarding and tunnels: what it
// sends has right checksums and lengths, work for a frame is bounded, timers come to rest, nothing
// is left when time has passed. Inputs are storms without rules (director/events.hh).

#include "emulator/host/host.hh"
#include "emulator/host/identity.hh"
#include "tests/fuzz/director/oracle.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/director/stage.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace lvslab;

std::unique_ptr<host::Host> make_host(host::HostConfig config) {
  config.tunnel.emplace();
  auto made = std::make_unique<host::Host>(std::move(config));
  made->listen_tcp(80,
                   [](const host::Conversation& peer,
                      std::string_view received) -> std::optional<host::TcpReply> {
                     if (received.size() < 2) return {};
                     return host::TcpReply{host::identity_http_reply("rs1", peer.peer),
                                           received.size() % 2 == 0};
                   });
  made->listen_udp(53, [](const host::Conversation& peer, std::string_view datagram) {
    return std::optional(host::identity_datagram_reply("rs1", peer.peer, datagram));
  });
  return made;
}

class HostStage : public fuzz::Stage {
 public:
  explicit HostStage(const fuzz::Surroundings& about)
      : host_(fuzz::made_once<host::Host>(about, make_host)) {
    host_.restart(about.seed);
  }
  const host::Host& host() const { return host_; }

 private:
  void receive(uint32_t port, wire::Frame frame, Time now, host::Outbox& out) override {
    host_.receive(port, std::move(frame), now, out);
  }
  void tick(Time now, host::Outbox& out) override { host_.tick(now, out); }
  Time next_deadline() const override { return host_.next_deadline(); }
  fuzz::Turn::Counts counts() const override { return {0, 0, host_.ledger()}; }

  host::Host& host_;
};

fuzz::Complaints run(Bytes input) {
  static fuzz::Storm storm;
  fuzz::decode(input, storm);
  static auto oracles = [] {
    std::vector<std::unique_ptr<fuzz::Oracle>> made;
    made.push_back(fuzz::make_checksum_oracle());
    made.push_back(fuzz::make_counters_oracle());
    return made;
  }();
  for (const auto& oracle : oracles) oracle->begin();
  HostStage stage(storm.surroundings);
  stage.look_on(oracles);
  stage.play(storm.records);
  // Beyond the longest: a TCP connection that nobody acknowledges, reassembly, a path MTU.
  for (int i = 0; i < 3; ++i) stage.wait(std::chrono::hours(2));
  if (stage.host().next_deadline() != kNever)
    stage.complaints().push_back({"expiry", "a deadline is left where nothing is"});
  stage.idle();
  fuzz::look_at_memory({0, stage.host().ledger().waiting, stage.host().tcp_connections(),
                        stage.host().path_mtus().size()},
                       stage.complaints());
  return stage.complaints();
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::stop_on(run(Bytes(data, size)), {});
  return 0;
}
