#pragma once
// A lab in memory that is wrong on purpose, in one of the ways in which balancers are wrong in the
// field: the control for those who look for such things.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "emulator/ipvs/service.hh"
#include "emulator/lab/options.hh"
#include "emulator/node/node.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// "odd-checksum": the director's transport checksums are off by one where the length is odd.
// "weight-zero": a weight of 0 counts as 1. "arp-leak": real servers answer ARP for the virtual
// address. "untranslated": replies with FIN keep the real server's address. "immortal": connections
// do not expire within any time that matters.
std::optional<Sabotage> sabotage_of(std::string_view name);
// For labs that are not in memory. UsageError: they are to be wrong.
void refuse_sabotage(const Options& options);

// The host as it is wrong.
topology::Host sabotaged(topology::Host host, Sabotage sabotage);
ipvs::Command sabotaged(ipvs::Command command, Sabotage sabotage);
// Rules given to every director first.
std::vector<ipvs::Command> rules_of(Sabotage sabotage);
// A director's node as it is wrong; null when nothing is wrong with it. `node` must outlive it.
std::unique_ptr<node::Node> saboteur(node::Node& node, const topology::Host& director,
                                     Sabotage sabotage);

}  // namespace lvslab::lab
