#include "emulator/topology/keys.hh"

namespace lvslab::topology {

std::vector<KeyTable> known_keys() {
  return {kLab,         kNetwork,   kHost,     kInterface, kRoute,   kMark,     kService,
          kStep,        kMeanwhile, kRequest,  kContinue,  kPing,    kArpProbe, kExec,
          kTakeover,    kAwait,     kPath,     kFrames,    kFlood,   kJunk,     kSpoof,
          kExpectation, kPacket,    kChange,   kSeen,      kNever,   kArp,      kWire,
          kImpairments, kBurst,     kWireStep, kLatency,   kAnswered};
}

std::vector<WordTable> known_words() {
  return {kRoles, kStacks, kEngines,      kReadies,    kTransports,
          kWays,  kErrors, kChecksumsAre, kInvariants, kDirections};
}

}  // namespace lvslab::topology
