#pragma once
// Inside the host: sends what TCP and UDP have to say, within one call.

#include "emulator/host/host.hh"

namespace lvslab::host {

class Host::Originator : public Egress {
 public:
  Originator(Host& host, const Turn& turn) : host_(host), turn_(turn) {}
  void originate(wire::Frame packet) override { host_.originate(std::move(packet), turn_); }

 private:
  Host& host_;
  const Turn& turn_;
};

}  // namespace lvslab::host
