#pragma once
// What the director asks of a transport protocol: is this packet a beginning, may it make a
// connection, what does it do to one's state, and how are an address and port in it replaced.
//
// One object a protocol, without state of its own; protocol_of() (protocols.hh) finds it. Packets
// without one of them are none of the director's business.

#include <cstdint>
#include <string_view>

#include "emulator/director/connection.hh"
#include "emulator/director/timeouts.hh"
#include "emulator/ipvs/settings.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ip_edit.hh"

namespace lvslab::director {

using ipvs::Settings;

// Which way a packet of a connection goes.
enum class Direction : uint8_t { request, reply };
// The destination of a request is replaced, and the source of a reply.
using wire::Side;

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual uint8_t number() const = 0;
  // Bytes without which no packet can be translated.
  virtual size_t header_size() const = 0;

  // Bytes without which none makes a connection.
  virtual size_t opening_size() const { return header_size(); }

  // The functions below want a segment (IP payload) of at least header_size().

  // Begins something: may reuse the entry of an ended connection (vs.conn_reuse_mode).
  virtual bool opens(Bytes segment) const = 0;
  // May make a connection.
  virtual bool schedulable(Bytes segment, const Settings& settings) const = 0;
  // Says that its sender has nothing more to do with the receiver: no error answers it.
  virtual bool resets(Bytes segment) const = 0;
  // This connection has ended far enough for a packet that opens() to begin a new one.
  virtual bool reusable(const Connection& connection, int conn_reuse_mode) const = 0;
  // The packet passes: state, timeout and what its server counts.
  virtual void advance(Connection& connection, Direction direction, Bytes segment,
                       const Timeouts& timeouts) const = 0;
  virtual std::string_view state_name(uint8_t state) const = 0;

  // Replaces one end in the packet, address and port, checksums included. `ip` is the header of
  // `packet`; `change` is what this does to them.
  virtual void replace_end(const wire::Frame& packet, const wire::IpEdit& ip, Side side,
                           const ipvs::Endpoint& by, const Rewriting& change) const = 0;
};

// The device finishes the transport checksum of this packet: it holds the pseudo header's sum.
inline bool checksum_is_partial(const wire::Frame& packet, const wire::IpEdit& ip) {
  return packet.has_partial_checksum() && packet.offload().checksum_start == ip.header_length();
}

}  // namespace lvslab::director
