#pragma once
// A real server on its ports: an embedded host that runs the identity service.

#include <string>
#include <vector>

#include "emulator/host/host.hh"
#include "emulator/node/node.hh"

namespace lvslab::node {

enum class Transport : uint8_t { tcp, udp };

struct IdentityPort {
  Transport transport = Transport::tcp;
  uint16_t port = 0;
};

class ServerNode : public Node {
 public:
  // The service answers in the host's name.
  ServerNode(host::HostConfig config, const std::vector<IdentityPort>& services);

  void receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox) override {
    host_.receive(port, std::move(frame), now, outbox);
  }
  void tick(Time now, Outbox& outbox) override { host_.tick(now, outbox); }
  Time next_deadline() const override { return host_.next_deadline(); }

  host::Host& host() { return host_; }
  const host::Host& host() const { return host_; }

 private:
  host::Host host_;
};

}  // namespace lvslab::node
