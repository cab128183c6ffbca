#pragma once
// Expected values against fields. A value is a literal, or speaks of a host:
//
//   $router.mac, $rs1.ip     of any interface of that host; the MAC, where the host has an
//   interface on
//                            the network of the port, of that one
//   $rs1:eth1.mac            of that interface
//   $server, $client         of the exchange the frame belongs to; outside of one, of any real
//                            server and of the host that the step began at
// "ip" is an interface's first address of each family. Without ".mac" or ".ip" the field decides.

#include <optional>
#include <string>
#include <vector>

#include "emulator/scenario/fields.hh"
#include "emulator/scenario/study.hh"

namespace lvslab::scenario {

// The values, in canonical form, any of which the match accepts in this frame; empty when it cannot
// be met there (no such host, nobody answered).
std::vector<std::string> accepted(const Study& study, const topology::FieldMatch& match,
                                  const Observation& frame);

// Nothing when the frame's field is what it must be; else "ip.ttl: 62, expected 63".
std::optional<std::string> mismatch(const Study& study, const topology::FieldMatch& match,
                                    const Observation& frame);
// Of all of them, in their order. Empty: the frame matches.
std::vector<std::string> mismatches(const Study& study,
                                    const std::vector<topology::FieldMatch>& matches,
                                    const Observation& frame);

// "ip.ttl 63, eth.src $director.mac": expectations in a sentence.
std::string describe(const std::vector<topology::FieldMatch>& matches);

}  // namespace lvslab::scenario
