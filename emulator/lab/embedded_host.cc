#include "emulator/lab/embedded_host.hh"

namespace lvslab::lab {

namespace {

// How many frames one turn of the loop takes from a TAP before others have theirs.
constexpr int kFramesATurn = 64;

}  // namespace

EmbeddedHost::EmbeddedHost(const topology::Host& host, uint64_t seed, FabricNetwork& fabric,
                           kernel::EventLoop& loop)
    : name_(host.name), loop_(loop), made_(make_embedded(host, seed)) {
  for (const auto& interface : host.interfaces) taps_.push_back(fabric.join(host, interface));
  for (uint32_t port = 0; port < taps_.size(); ++port)
    tokens_.push_back(
        loop_.add(taps_[port].fd(), EPOLLIN, [this, port](uint32_t) { receive_all(port); }));
  tokens_.push_back(loop_.add_ticker([this] { return on_ ? made_.node->next_deadline() : kNever; },
                                     [this](Time now) { made_.node->tick(now, *this); }));
}

void EmbeddedHost::start(const topology::Host& host, uint64_t seed, size_t first_sighting) {
  made_ = make_embedded(host, seed);
  made_.first_sighting = first_sighting;
  on_ = true;
}

void EmbeddedHost::inject(const std::string& interface, const std::vector<uint8_t>& frame) {
  send(made_.port_of(interface), wire::Frame::copy_of(frame));
}

void EmbeddedHost::announce(const std::string& interface, const wire::IpAddress& address) {
  made_.host->announce(made_.port_of(interface), address, loop_.now(), *this);
}

void EmbeddedHost::receive_all(uint32_t port) {
  for (int i = 0; i < kFramesATurn; ++i) {
    auto frame = taps_[port].read();
    if (!frame) return;
    if (!on_) continue;
    made_.node->receive(port, std::move(*frame), loop_.now(), *this);
  }
}

void EmbeddedHost::send(uint32_t port, wire::Frame frame) {
  // A full queue loses the frame, as a full queue of a device does.
  taps_[port].write(frame);
}

}  // namespace lvslab::lab
