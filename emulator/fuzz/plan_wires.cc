#include "emulator/fuzz/plan_wires.hh"

namespace lvslab::fuzz {

namespace {

using topology::SetWires;

constexpr uint64_t kLongest = 60;  // milliseconds of delay: less than the patience of requests

double share(Random& random) {
  return static_cast<double>(1 + random.below(40)) / 100;
}

// One or two of them.
wire::Impairments impairments(Random& random) {
  wire::Impairments some;
  for (uint64_t n = 1 + random.below(2); n > 0; --n) {
    switch (random.below(6)) {
      case 0:
        some.loss = share(random);
        break;
      case 1:
        some.duplicate = share(random);
        break;
      case 2:
        some.corrupt = share(random);
        break;
      case 3:
        some.burst = {share(random), 0.5};
        break;
      case 4:
        some.mtu = static_cast<uint32_t>(600 + random.below(900));
        break;
      default:
        some.delay = std::chrono::milliseconds(1 + random.below(kLongest));
        some.reorder = random.below(2) ? share(random) : 0;
    }
  }
  return some;
}

}  // namespace

SetWires some_wires(const topology::Topology& topology, Random& random) {
  const topology::Host* host = nullptr;
  do {
    host = &topology.hosts[random.below(topology.hosts.size())];
  } while (host->interfaces.empty());
  const auto& interface = host->interfaces[random.below(host->interfaces.size())];
  SetWires set{SetWires::Deed::change, {{host->name, interface.name, interface.wires}}};
  topology::Wires& wires = set.ports.front().wires;
  switch (random.below(5)) {
    case 0:
      set.deed = SetWires::Deed::mend;
      break;
    case 1:
      set.deed = SetWires::Deed::cut;
      wires.out.cut = wires.in.cut = true;
      break;
    default:
      wires.out = wires.in = impairments(random);
  }
  return set;
}

}  // namespace lvslab::fuzz
