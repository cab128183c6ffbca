#pragma once
// Messages of connection synchronisation between directors (ipvsadm(8), --start-daemon), as values
// and as bytes: version 1 with its options, and version 0 of old (vs.sync_version). One message is
// one UDP datagram to 224.0.0.81:8848.
//
// Nothing here knows connections, timers or sockets: what an entry means to a director is its
// owner's. Every length is compared with the bytes that are there before it is used; reading a
// message ends at its first mistake, and what came before it stands, as IPVS has it.
//
// Theory of operation. A master appends entries until one finds no room, then sends and restarts:
//
//   SyncWriter writer(SyncVersion::v1, id, 1472);
//   if (!writer.append(entry)) { send(writer.bytes()); writer.restart(); writer.append(entry); }
//
// A backup reads one entry after the other:
//
//   SyncReader reader(datagram);
//   while (const SyncEntry* entry = reader.next()) ...
//   if (reader.problem()) ...  // why it ended early
//
// Source of the format: Linux 6.1, net/netfilter/ipvs; flags and limits: linux/ip_vs.h.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/director/sequence_shift.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

enum class SyncVersion : uint8_t { v0, v1 };

// Flags of a connection on the wire.
namespace sync_flag {
inline constexpr uint32_t kMethod = 0x0007;  // one of SyncMethod
inline constexpr uint32_t kSynced = 0x0020;  // set by the backup: it did not make it itself
inline constexpr uint32_t kHashed = 0x0040;  // never sent
inline constexpr uint32_t kNoOutput = 0x0080;
inline constexpr uint32_t kInactive = 0x0100;  // counts in InActConn
inline constexpr uint32_t kShiftOut = 0x0200;  // the server's sequence numbers are shifted
inline constexpr uint32_t kShiftIn = 0x0400;   // the client's
inline constexpr uint32_t kShifts = kShiftOut | kShiftIn;
inline constexpr uint32_t kNoClientPort = 0x0800;
inline constexpr uint32_t kTemplate = 0x1000;
inline constexpr uint32_t kTracked = 0x10000;  // by nf_conntrack; version 0 has no room for it
// What a backup takes over for a new connection (version 1), and for one that it has.
inline constexpr uint32_t kTaken =
    kMethod | kNoOutput | kInactive | kShifts | kNoClientPort | kTemplate;
inline constexpr uint32_t kUpdated = kInactive | kShifts;
}  // namespace sync_flag

// sync_flag::kMethod
enum class SyncMethod : uint8_t { masquerade = 0, local = 1, tunnel = 2, route = 3, bypass = 4 };

inline constexpr size_t kLargestEngineData = 255;  // bytes; a SIP Call-ID
inline constexpr size_t kLargestEngineName = 16;

// Bytes of a persistence engine. Room for the largest, so that reading allocates nothing.
template <size_t kLargest>
struct SyncText {
  std::array<uint8_t, kLargest> bytes{};
  uint8_t size = 0;

  Bytes view() const { return Bytes(bytes).first(size); }
  bool empty() const { return size == 0; }
  // False, and nothing changed, if it does not fit.
  bool assign(Bytes from) {
    if (from.size() > kLargest) return false;
    std::copy(from.begin(), from.end(), bytes.begin());
    size = static_cast<uint8_t>(from.size());
    return true;
  }
  friend bool operator==(const SyncText& a, const SyncText& b) {
    return std::equal(a.view().begin(), a.view().end(), b.view().begin(), b.view().end());
  }
};

// A connection or template. Ends are of one family.
struct SyncEntry {
  uint8_t protocol = 0;  // IPPROTO_IP: a template of a firewall mark
  uint32_t flags = 0;    // sync_flag; version 0 has the lower 16 bits of them
  uint16_t state = 0;    // of its protocol, as IPVS numbers them; UDP has only 0
  ipvs::Endpoint client, virtual_end, real;
  uint32_t mark = 0;     // version 1
  uint32_t timeout = 0;  // seconds, the state's whole; 0: the state's default. Version 1
  // There in version 1 if the option is, in version 0 if the flags say so.
  struct Shifts {
    SequenceShift in, out;
    friend bool operator==(const Shifts&, const Shifts&) = default;
  };
  std::optional<Shifts> shifts;
  SyncText<kLargestEngineData> engine_data;  // version 1
  SyncText<kLargestEngineName> engine_name;  // not without data

  bool is_template() const { return (flags & sync_flag::kTemplate) != 0; }
  friend bool operator==(const SyncEntry&, const SyncEntry&) = default;
};

enum class SyncProblem : uint8_t {
  // The message ends here.
  no_header,          // fewer bytes than a header
  wrong_size,         // the size field is not the number of bytes
  entry_cut,          // an entry does not fit into what is left
  entry_too_small,    // it says less than its fixed part
  entry_version,      // not 0
  entry_type,         // neither IPv4 nor IPv6
  option_cut,         // an option's head or value leaves its entry
  option_empty,       // of no bytes
  shifts_size,        // not two sequence shifts
  option_twice,       //
  engine_name_large,  // more than kLargestEngineName bytes
  // The entry is passed over.
  option_unknown,     // and not marked as one that may be passed over
  protocol_unknown,   //
  state_unknown,      // one that the protocol does not have
  engine_incomplete,  // data without a name
  kCount
};
std::string_view name_of(SyncProblem problem);
// What follows in the message counts.
inline bool spares_the_rest(SyncProblem problem) {
  return problem >= SyncProblem::option_unknown;
}

class SyncReader {
 public:
  // The datagram is to live as long as the reader.
  explicit SyncReader(Bytes datagram);

  // As far as the header could be read.
  SyncVersion version() const { return version_; }
  // --syncid of the sender. A backup with id 0 takes every one, any other its own.
  uint8_t id() const { return id_; }

  // The next entry that is fit for use; null: no more. Valid until the next call.
  const SyncEntry* next();
  // Why reading ended before the last entry, if it did.
  std::optional<SyncProblem> problem() const { return problem_; }
  // How many entries were passed over, and why the last one was.
  size_t passed_over() const { return passed_over_; }
  std::optional<SyncProblem> why_passed_over() const { return why_passed_over_; }

 private:
  std::optional<SyncProblem> read_v0();
  std::optional<SyncProblem> read_v1();
  std::optional<SyncProblem> read_ends_v1(Bytes entry, size_t& at);
  std::optional<SyncProblem> read_options(Bytes options, bool& engine_named);
  std::optional<SyncProblem> check_state() const;

  Bytes left_;
  SyncVersion version_ = SyncVersion::v1;
  uint8_t id_ = 0;
  unsigned entries_left_ = 0;
  SyncEntry entry_;
  std::optional<SyncProblem> problem_, why_passed_over_;
  size_t passed_over_ = 0;
};

class SyncWriter {
 public:
  // largest: bytes of a message (--sync-maxlen), of which at least one entry is always taken.
  SyncWriter(SyncVersion version, uint8_t id, size_t largest);

  // False, and nothing changed: the message is full. What a version has no field for is left out;
  // version 0 has no IPv6: such an entry is taken and forgotten, as IPVS does it.
  bool append(const SyncEntry& entry);
  size_t entries() const { return entries_; }
  // The message; not one to send while entries() is 0. Valid until the next call.
  Bytes bytes() const { return bytes_; }
  void restart();

 private:
  void append_v0(const SyncEntry& entry, uint8_t* at);
  void append_v1(const SyncEntry& entry, size_t size, uint8_t* at);

  SyncVersion version_;
  uint8_t id_;
  size_t largest_;
  size_t entries_ = 0;
  std::vector<uint8_t> bytes_;
};

}  // namespace lvslab::director
