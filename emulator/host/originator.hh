#pragma once
// Inside the host: sends what TCP and UDP have to say, within one call.

#include "emulator/host/host.hh"
#include "emulator/host/packet.hh"

namespace lvslab::host {

class Host::Originator : public Egress {
 public:
  // in_hand: what is answered, if anything is.
  Originator(Host& host, const Turn& turn, Bytes in_hand = {})
      : host_(host), turn_(turn), in_hand_(in_hand) {}
  void originate(wire::Frame packet) override { host_.originate(std::move(packet), turn_); }
  void reset(wire::Frame packet) override {
    if (is_v6(packet)) return originate(std::move(packet));
    const auto from = wire::Ipv4View::over(packet.bytes())->source();
    const auto options = echo_options(in_hand_, host_.options_, host_.routes_, from, turn_.now);
    if (!options) return;
    add_options(packet, *options);
    originate(std::move(packet));
  }

 private:
  Host& host_;
  const Turn& turn_;
  Bytes in_hand_;
};

}  // namespace lvslab::host
