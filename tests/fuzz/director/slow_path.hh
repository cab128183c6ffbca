#pragma once
// The director's edits once more, slowly: a plain TCP or UDP packet is parsed by libtins, changed
// and serialised, every checksum computed anew. Where libtins is right (no options, no fragments,
// no extension headers) the bytes must be those of the director's edit in place.

#include <optional>
#include <vector>

#include "emulator/base/bytes.hh"
#include "tests/fuzz/support/packet_reader.hh"

namespace lvslab::fuzz {

struct SlowEdit {
  std::optional<End> source, destination;  // new ones
};

// `packet`: from the IP header on. One hop is taken. Nothing if libtins cannot read it.
std::optional<std::vector<uint8_t>> edit_slowly(Bytes packet, const SlowEdit& edit);

// The packet in an IPIP tunnel's outer header (RFC 2003, RFC 2473) as IPVS makes it: hops of the
// inner one, its ECN mark (RFC 6040), DF as in the inner one if `keeps_df`.
struct SlowTunnel {
  Address source, destination;
  uint16_t id = 0;  // IPv4: the director's choice
  bool keeps_df = true;
};
std::optional<std::vector<uint8_t>> tunnel_slowly(Bytes inner, const SlowTunnel& tunnel);

}  // namespace lvslab::fuzz
