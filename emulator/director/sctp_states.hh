#pragma once
// SCTP as IPVS sees it (RFC 9260): one state a connection, moved by the first chunk of whatever
// passes, and the checksum of its packets. The states are the server's; a director with route or
// tunnel sees the client's half only and has a table of guesses for it.
//
// Nothing here knows streams, transmission sequence numbers or multihoming: to IPVS an association
// is its two ends.
//
// Source of tables and timeouts: Linux 6.1, net/netfilter/ipvs.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"

namespace lvslab::director {

// RFC 9260, 3.1: ports, verification tag, checksum; then chunks.
inline constexpr size_t kSctpSize = 12;
// RFC 9260, 3.2: type, flags, length; then the chunk's value.
inline constexpr size_t kSctpChunkSize = 4;

namespace sctp_chunk {
inline constexpr uint8_t kInit = 1;
inline constexpr uint8_t kAbort = 6;
inline constexpr uint8_t kCookieEcho = 10;
inline constexpr uint8_t kCookieAck = 11;
}  // namespace sctp_chunk

enum class SctpState : uint8_t {
  none,
  init1,           // the client's first INIT
  init,            // a later one
  cookie_sent,     // the server's INIT ACK
  cookie_replied,  // the client's COOKIE ECHO
  cookie_wait,     // the server's INIT
  cookie,          // the client's INIT ACK to it
  cookie_echoed,   // the server's COOKIE ECHO
  established,
  shutdown_sent,
  shutdown_received,
  shutdown_ack_sent,
  rejected,  // an INIT answered by ABORT
  closed,
  kCount
};

// Whose packet: a client's, a server's, or a client's of whose server nothing was seen.
enum class SctpTable : uint8_t { input, output, input_only };

enum class SctpEvent : uint8_t {
  data,  // DATA, SACK, HEARTBEAT, ECNE, CWR and every type that RFC 9260 does not have
  init,
  init_ack,
  cookie_echo,
  cookie_ack,
  shutdown,
  shutdown_ack,
  shutdown_complete,
  error,
  abort,
  kCount
};

// The type of the first chunk; nothing if the segment does not reach over a chunk's header.
std::optional<uint8_t> first_sctp_chunk(Bytes segment);
// What the segment does to a connection: its first chunk, but an ABORT bundled right behind a
// COOKIE ECHO or COOKIE ACK counts in its stead.
std::optional<SctpEvent> sctp_event(Bytes segment);

SctpState next_state(SctpTable table, SctpState state, SctpEvent event);

// "C-WAIT", as `ipvsadm -Lnc` prints it; static storage.
std::string_view name_of(SctpState state);
// Counts in ActiveConn.
inline bool is_active(SctpState state) {
  return state == SctpState::established;
}
// `ipvsadm --set` does not reach these.
Duration timeout_of(SctpState state);

// CRC32c (RFC 9260, appendix A) over the segment with its checksum field as zeros; the segment is
// at least kSctpSize. The field holds it with its first byte lowest.
uint32_t sctp_checksum(Bytes segment);
uint32_t stored_sctp_checksum(Bytes segment);
void store_sctp_checksum(MutableBytes segment, uint32_t checksum);

}  // namespace lvslab::director
