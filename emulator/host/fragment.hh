#pragma once
// Cutting a packet into fragments, IPv4 (RFC 791, 3.2) and IPv6 (RFC 8200, 4.5). What a device left
// undone, a partial checksum, is finished before.

#include <vector>

#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6_extension.hh"
#include "emulator/wire/offload.hh"

namespace lvslab::host {

using wire::finish_checksum;
using wire::size_on_wire;

// Gives the fragments of a packet one by one. Payload pieces are (mtu - header) & ~7 bytes; the
// last one is what is left, up to mtu - header. Every header keeps its length; options without the
// copied flag become no-operations behind the first fragment, as Linux does. A packet that is a
// fragment itself is cut further.
class Fragmenter {
 public:
  // mtu >= 68 (RFC 791); the packet's checksum is finished. It must outlive the fragmenter.
  Fragmenter(wire::Frame& packet, size_t mtu);
  bool done() const { return at_ == payload_; }
  wire::Frame next();

 private:
  wire::Frame& packet_;
  size_t header_;   // bytes
  size_t payload_;  // bytes in all
  size_t room_;     // bytes of payload that fit into one
  size_t at_ = 0;   // bytes of payload already given
  size_t first_offset_;
  bool more_behind_;  // the packet's own MF
};

// The same for IPv6: behind the headers that every router looks at (up to a routing header) a
// fragment header is put in. A packet that has one already gets a second, as in Linux.
//
// What came in pieces is cut where it was (`cuts`: ends within the payload), if all of them still
// fit; headers that were put in front since belong to the first.
class Fragmenter6 {
 public:
  // The packet's checksum is finished; it is whole and its extension headers are, up to a routing
  // header. It must outlive the fragmenter.
  Fragmenter6(const wire::Frame& packet, size_t mtu, uint32_t id,
              const std::vector<uint32_t>* cuts = nullptr);
  // False: not even 8 bytes of payload would fit beside the headers.
  bool possible() const { return room_ >= 8; }
  bool done() const { return at_ == payload_; }
  wire::Frame next();

 private:
  bool cuts_fit(const std::vector<uint32_t>& cuts) const;
  size_t grown(const std::vector<uint32_t>& cuts) const { return payload_ - cuts.back(); }

  const wire::Frame& packet_;
  uint32_t id_;
  const std::vector<uint32_t>* cuts_ = nullptr;
  size_t next_cut_ = 0;
  size_t header_ = wire::kIpv6Size;  // bytes before the fragment header
  size_t named_at_ = 6;              // the byte that will name the fragment header
  size_t payload_;                   // bytes in all
  size_t room_ = 0;                  // bytes of payload that fit into one
  size_t at_ = 0;                    // bytes of payload already given
};

}  // namespace lvslab::host
