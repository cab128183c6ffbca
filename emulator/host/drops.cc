#include "emulator/host/drops.hh"

#include <numeric>

namespace lvslab::host {

namespace {

constexpr std::array<std::string_view, static_cast<size_t>(DropReason::kCount)> kNames = {
    "short frame",
    "not for us",
    "unknown ethertype",
    "malformed ARP",
    "ARP suppressed",
    "ARP source invalid",
    "malformed neighbour discovery",
    "neighbour discovery ignored",
    "malformed IP",
    "bad IP checksum",
    "bad options",
    "bad extension header",
    "source route",
    "martian source",
    "beyond scope",
    "reverse path",
    "martian destination",
    "multicast not joined",
    "not forwarding",
    "link broadcast",
    "no route",
    "TTL exceeded",
    "fragmentation needed",
    "by hook",
    "neighbour queue full",
    "neighbour failed",
    "neighbour table full",
    "bad fragment",
    "fragment overlap",
    "reassembly full",
    "reassembly timeout",
    "bad ICMP",
    "ICMP ignored",
    "bad UDP",
    "no UDP listener",
    "bad TCP",
    "no TCP listener",
    "TCP out of window",
    "TCP out of order",
    "TCP table full",
    "TCP gave up",
    "TCP request too long",
    "protocol unknown",
    "no next header",
    "bad tunnel packet",
    "ECN contradiction",
    "loops back",
};
static_assert(!kNames.back().empty(), "every reason has its name");

}  // namespace

std::string_view name_of(DropReason reason) {
  return kNames[static_cast<size_t>(reason)];
}

uint64_t Drops::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

}  // namespace lvslab::host
