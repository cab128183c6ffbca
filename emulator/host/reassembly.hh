#pragma once
// Putting fragments together again: IPv4 (RFC 791, 3.2), IPv6 (RFC 8200, 4.5; RFC 5722), with the
// bookkeeping of RFC 815. Each family has an object of its own.
//
// Theory of operation. A datagram under way is named by source, destination and id, for IPv4 also
// by its protocol. Its
// bytes are copied to their place in one large buffer; `runs` keeps which stretches have come,
// sorted and merged. 192.0.2.1 sends 3000 bytes in 1480, 1480 and 40:
//
//   offset 1480, 1480 bytes, more     runs [1480,2960)
//   offset 2960, 40 bytes, last       runs [1480,3000)   length 3000
//   offset 0, 1480 bytes, more        runs [0,3000)      whole
//
// A fragment that lies within one run is a duplicate and ignored; one that overlaps partly ends its
// datagram. Bounds: 64 datagrams at a time, 30 s each (IPv6: 60 s), 64 runs each, 65,535 bytes
// whole, 196 bytes of IPv6 headers before the fragment header.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/host/drops.hh"
#include "emulator/host/options.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::host {

inline constexpr size_t kReassemblyBound = 64;                             // datagrams
inline constexpr Duration kReassemblyTimeout = std::chrono::seconds(30);   // ipfrag_time
inline constexpr Duration kReassemblyTimeout6 = std::chrono::seconds(60);  // ip6frag_time

// One fragment, as either family has it. It borrows the packet that it is of.
struct Fragment {
  wire::IpAddress source, destination;
  uint32_t id = 0;
  uint8_t protocol = 0;  // IPv4 alone: it is part of the name
  size_t offset = 0;     // bytes
  bool more = false;
  bool dont_fragment = false;  // IPv4
  Bytes header;                // what the whole begins with, if this is the first fragment
  Bytes payload;               // its part of the whole
  // IPv6: the header's byte that names the fragment header, and what it names in the whole.
  size_t next_header_at = 0;
  uint8_t next_header = 0;
  uint32_t port = 0;  // the interface that it came in by
  Options options{};  // IPv4: what was taken of them
  // IPv4: Hooks::gathers_first() had it put together. It is part of the name.
  bool gathered_first = false;
};
// options: as taken before it comes here.
Fragment fragment_of(wire::Ipv4View ip, const Options& options);
// fragment_at: offset of the fragment header, which is whole; named_at: of the byte that names it.
Fragment fragment_of(wire::Ipv6View ip, size_t fragment_at, size_t named_at);

class Reassembly {
 public:
  explicit Reassembly(Duration timeout) : timeout_(timeout) {}

  struct Whole {
    wire::Frame packet;
    // Bytes of IP packet: to be cut no coarser when sent on. IPv4: the whole has DF if the largest
    // fragment had it, as in Linux.
    uint32_t largest_fragment = 0;
    std::vector<uint32_t> cuts;  // where each fragment's part of the payload ended, in order
  };
  // The datagram when this fragment completed it. What ends here is counted in drops.
  std::optional<Whole> add(const wire::Frame& packet, const Fragment& fragment, Time now,
                           Drops& drops);

  struct Expired {
    wire::Frame first;  // what a time-exceeded error may quote: the first fragment, empty if it
                        // never came
    // Fragment's of that one.
    uint32_t port = 0;
    Options options;
    bool gathered_first = false;
  };
  // One datagram whose time is over. Call until it gives none.
  std::optional<Expired> expire(Time now, Drops& drops);
  Time next_deadline() const;

  // Fragments that are here.
  size_t waiting() const;
  // Fragments so far that became part of a whole, were there already, or went with another one that
  // was counted in drops: all but one of each datagram.
  uint64_t joined() const { return joined_; }

 private:
  struct Run {
    size_t begin, end;
  };
  struct Key {
    wire::IpAddress source, destination;
    uint32_t id = 0;
    uint8_t protocol = 0;
    bool gathered_first = false;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Datagram {
    Key key;
    Time deadline{};
    wire::Frame buffer;  // the payload; the header goes into the headroom
    wire::Frame first;   // the fragment at offset 0, cut to what an error quotes
    uint32_t port = 0;   // that one's
    Options options;     // that one's
    size_t length = 0;   // of the payload, once the last fragment has come
    size_t header = 0;   // bytes, once the first has come
    size_t next_header_at = 0;
    uint8_t next_header = 0;
    uint32_t largest = 0;
    uint32_t largest_df = 0;  // of those with DF
    std::vector<Run> runs;
    std::vector<uint32_t> cuts;
  };
  enum class Placed : uint8_t { fits, duplicate, overlap, refused };

  Datagram* find_or_make(const Key& key, Time now);
  static Placed place(Datagram& datagram, Run run);
  static bool contradicts(const Datagram& datagram, Run run, bool last);
  static void copy_in(Datagram& datagram, const wire::Frame& packet, const Fragment& fragment);
  static Whole finish(Datagram& datagram);
  static void finish_header(wire::Frame& packet, const Datagram& datagram);
  void remove(Datagram& datagram);

  Duration timeout_;
  uint64_t joined_ = 0;
  std::vector<Datagram> datagrams_;  // oldest first
};

}  // namespace lvslab::host
