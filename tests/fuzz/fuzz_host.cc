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

host::HostConfig config_of(const fuzz::Surroundings& about) {
  host::HostConfig config = fuzz::places().config(about);
  config.tunnel.emplace();
  return config;
}

class HostStage : public fuzz::Stage {
 public:
  explicit HostStage(const fuzz::Surroundings& about) : host_(config_of(about)) {
    host_.listen_tcp(80,
                     [](const host::Conversation& peer,
                        std::string_view received) -> std::optional<host::TcpReply> {
                       if (received.size() < 2) return {};
                       return host::TcpReply{host::identity_http_reply("rs1", peer.peer),
                                             received.size() % 2 == 0};
                     });
    host_.listen_udp(53, [](const host::Conversation& peer, std::string_view datagram) {
      return std::optional(host::identity_datagram_reply("rs1", peer.peer, datagram));
    });
  }
  const host::Host& host() const { return host_; }

 private:
  void receive(uint32_t port, wire::Frame frame, Time now, host::Outbox& out) override {
    host_.receive(port, std::move(frame), now, out);
  }
  void tick(Time now, host::Outbox& out) override { host_.tick(now, out); }
  Time next_deadline() const override { return host_.next_deadline(); }
  fuzz::Turn::Counts counts() const override { return {host_.drops().total(), 0, 0}; }

  host::Host host_;
};

fuzz::Complaints run(Bytes input) {
  static fuzz::Storm storm;
  fuzz::decode(input, storm);
  std::vector<std::unique_ptr<fuzz::Oracle>> oracles;
  oracles.push_back(fuzz::make_checksum_oracle());
  HostStage stage(storm.surroundings);
  stage.look_on(oracles);
  stage.play(storm.records);
  // Beyond the longest: a TCP connection that nobody acknowledges, reassembly, a path MTU.
  for (int i = 0; i < 3; ++i) stage.wait(std::chrono::hours(2));
  if (stage.host().next_deadline() != kNever)
    stage.complaints().push_back({"expiry", "a deadline is left where nothing is"});
  if (stage.host().tcp_connections() != 0)
    stage.complaints().push_back({"expiry", "a TCP connection outlives all timeouts"});
  return stage.complaints();
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::stop_on(run(Bytes(data, size)), {});
  return 0;
}
