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

// "$rs1:eth0.mac"
struct Reference {
  std::string host;
  std::string interface;  // "" any
  bool mac = false;
};

// Nothing when the frame's field is what it must be; else "ip.ttl: 62, expected 63".
std::optional<std::string> mismatch(const Study& study, const topology::FieldMatch& match,
                                    const Observation& frame);
// Of all of them, in their order. Empty: the frame matches.
std::vector<std::string> mismatches(const Study& study,
                                    const std::vector<topology::FieldMatch>& matches,
                                    const Observation& frame);

// Expected fields, looked up once for many frames: whether they are met costs no text. It points
// into both, which must outlive it.
class Wanted {
 public:
  Wanted(const Study& study, const std::vector<topology::FieldMatch>& matches);
  // Just when there are no mismatches().
  bool met_by(const Observation& frame) const;
  bool met_by(const Observation& frame, size_t match) const;  // that one of them

 private:
  struct One {
    std::optional<Field> field;
    std::optional<Reference> reference;
    std::optional<Value> literal;  // neither: never met
  };
  const Study& study_;
  std::vector<One> all_;
};

// "ip.ttl 63, eth.src $director.mac": expectations in a sentence.
std::string describe(const std::vector<topology::FieldMatch>& matches);

}  // namespace lvslab::scenario
