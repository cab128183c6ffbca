#include "emulator/lab/embedded_host.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/lab/embedded_config.hh"
#include "emulator/node/server_node.hh"

namespace lvslab::lab {

namespace {

// How many frames one turn of the loop takes from a TAP before others have theirs.
constexpr int kFramesATurn = 64;

std::unique_ptr<node::ServerNode> make_server(const topology::Host& host, uint64_t seed) {
  std::vector<node::IdentityPort> ports;
  for (const auto& service : host.services) {
    const auto* identity = std::get_if<topology::IdentityService>(&service.what);
    if (!identity)
      throw UsageError(host.name + ": an embedded host runs no programs (exec): stack: kernel");
    ports.push_back({identity->transport == topology::Transport::tcp ? node::Transport::tcp
                                                                     : node::Transport::udp,
                     identity->port});
  }
  return std::make_unique<node::ServerNode>(embedded_config(host, seed), ports);
}

}  // namespace

EmbeddedHost::EmbeddedHost(const topology::Host& host, uint64_t seed, FabricNetwork& fabric,
                           kernel::EventLoop& loop)
    : name_(host.name), loop_(loop) {
  if (host.role == topology::Role::director) {
    auto node =
        std::make_unique<node::DirectorNode>(embedded_config(host, seed), director_settings(host));
    node->set_marks(director_marks(host));
    director_ = node.get();
    host_ = &node->host();
    node_ = std::move(node);
  } else {
    auto node = make_server(host, seed);
    host_ = &node->host();
    node_ = std::move(node);
  }
  for (const auto& interface : host.interfaces) taps_.push_back(fabric.join(host, interface));
  for (uint32_t port = 0; port < taps_.size(); ++port)
    tokens_.push_back(
        loop_.add(taps_[port].fd(), EPOLLIN, [this, port](uint32_t) { receive_all(port); }));
  tokens_.push_back(loop_.add_ticker([this] { return node_->next_deadline(); },
                                     [this](Time now) { node_->tick(now, *this); }));
}

uint32_t EmbeddedHost::port_of(const std::string& interface) const {
  const auto& all = host_->config().interfaces;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == interface; });
  return static_cast<uint32_t>(found - all.begin());
}

void EmbeddedHost::add_address(const std::string& interface, const wire::Prefix& address) {
  const uint32_t port = port_of(interface);
  director_ ? director_->add_address(port, address) : host_->add_address(port, address);
}

void EmbeddedHost::remove_address(const std::string& interface, const wire::Prefix& address) {
  const uint32_t port = port_of(interface);
  director_ ? director_->remove_address(port, address) : host_->remove_address(port, address);
}

void EmbeddedHost::announce(const std::string& interface, const wire::IpAddress& address) {
  host_->announce(port_of(interface), address, loop_.now(), *this);
}

void EmbeddedHost::receive_all(uint32_t port) {
  for (int i = 0; i < kFramesATurn; ++i) {
    auto frame = taps_[port].read();
    if (!frame) return;
    node_->receive(port, std::move(*frame), loop_.now(), *this);
  }
}

void EmbeddedHost::send(uint32_t port, wire::Frame frame) {
  // A full queue loses the frame, as a full queue of a device does.
  taps_[port].write(frame);
}

}  // namespace lvslab::lab
