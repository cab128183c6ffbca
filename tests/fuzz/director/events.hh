#pragma once
// What a fuzzer's bytes mean to a director: its surroundings, then one thing after another. Values
// only; who plays them is storm.hh.
//
// An input is 4 bytes of surroundings, then records of a kind, a length (2 bytes, the low one
// first) and so many bytes of fields. Fields that are not there are 0, and there is no record
// without meaning, so that bytes may change, come and go anywhere; mutate.hh does so by whole
// records.
//
// Most records are small: a packet is named by who sends it to whom, an answer by the frame that it
// answers. Lengths and checksums follow, so a few bytes get deep. Raw frames have every byte.

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"

namespace lvslab::fuzz {

struct Surroundings {
  uint8_t inside_mtu = 0;   // index of kMtus
  uint8_t table_bound = 0;  // index of kBounds
  uint8_t flags = 0;        // kNoForwarding ...
  uint8_t seed = 0;         // the host's
};
inline constexpr size_t kSurroundingsSize = 4;
inline constexpr uint8_t kNoForwarding = 1;  // net.ipv4.ip_forward=0
inline constexpr uint8_t kMarked = 2;        // its firewall marks packets: 1 to VIP 2, 2 to VIP 3
inline constexpr uint8_t kUnknownNeighbours = 4;  // who is there has to be asked for

enum class Kind : uint8_t { packet, answer, rule, setting, wait, frame, error, again };
inline constexpr uint8_t kKinds = 8;

struct Record {
  Kind kind = Kind::wait;
  Bytes fields;
};

// A client's packet to a virtual service, or a server's of its own accord.
struct PacketFields {
  uint8_t flags = 0;     // kV6 ...
  uint8_t client = 0;    // 0..3 on the link, beyond: behind a router
  uint8_t to = 0;        // virtual addresses, the director's own, servers ...
  uint8_t protocol = 0;  // index of kProtocols
  uint16_t from_port = 0;
  uint8_t to_port = 0;    // index of kPorts
  uint8_t tcp_flags = 0;  // SCTP: chunk type; ICMP: type
  uint8_t hops = 0;       // 0: 64
  uint8_t data = 0;       // bytes; with kLong times 16
  uint8_t tos = 0;
  uint8_t options = 0;  // index of kOptions
};
inline constexpr uint8_t kV6 = 1;
inline constexpr uint8_t kFromInside = 2;
inline constexpr uint8_t kDontFragment = 4;
inline constexpr uint8_t kBadSum = 8;
inline constexpr uint8_t kNoSum = 16;  // UDP over IPv4
inline constexpr uint8_t kLong = 32;
inline constexpr uint8_t kInPieces = 64;    // IPv4
inline constexpr uint8_t kServerEnd = 128;  // from_port is an index of kPorts

// The other side's next packet: to a frame that the director sent, its ends exchanged.
struct AnswerFields {
  uint8_t about = 0;  // how many frames back
  uint8_t tcp_flags = 0;
  uint8_t flags = 0;  // as PacketFields
  uint8_t hops = 0;
  uint8_t data = 0;
};

// An ICMP error about a frame that the director sent.
struct ErrorFields {
  uint8_t about = 0;
  uint8_t type = 0, code = 0;
  uint8_t flags = 0;   // kByRouter, kBadSum
  uint8_t quoted = 0;  // bytes behind the quoted IP header, times 4; 0: all
  uint16_t mtu = 0;
};
inline constexpr uint8_t kByRouter = 1;

// A frame that came in comes again, changed maybe.
struct AgainFields {
  uint8_t about = 0;
  uint8_t tcp_flags = 0;  // 0: as they were
  uint8_t flags = 0;
};

PacketFields read_packet_fields(Bytes fields);
AnswerFields read_answer_fields(Bytes fields);
ErrorFields read_error_fields(Bytes fields);
AgainFields read_again_fields(Bytes fields);
// Fields of a wait: an index of kPauses.
Duration pause_of(Bytes fields);

struct Storm {
  Surroundings surroundings;
  std::vector<Record> records;  // that borrow the input's bytes
};
inline constexpr size_t kMostRecords = 128;
inline constexpr size_t kRecordHeader = 3;  // bytes: kind, size of the fields
// Of what a mutation makes: a few services, a conversation or two. The same fault in a longer storm
// is found later, not more often.
inline constexpr size_t kMostMutated = 16;

// Any bytes are a storm; `into` is used again, so that decoding allocates nothing.
void decode(Bytes input, Storm& into);
std::vector<uint8_t> encode(const Storm& storm);

}  // namespace lvslab::fuzz
