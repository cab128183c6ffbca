#pragma once
// Putting IPv4 fragments together again (RFC 791, 3.2; RFC 815 for the bookkeeping).
//
// Theory of operation. A datagram under way is named by source, destination, protocol and id. Its
// bytes are copied to their place in one large buffer; `runs` keeps which stretches have come,
// sorted and merged. 192.0.2.1 sends 3000 bytes in 1480, 1480 and 40:
//
//   offset 1480, 1480 bytes, more     runs [1480,2960)
//   offset 2960, 40 bytes, last       runs [1480,3000)   length 3000
//   offset 0, 1480 bytes, more        runs [0,3000)      whole
//
// A fragment that lies within one run is a duplicate and ignored; one that overlaps partly ends its
// datagram. Bounds: 64 datagrams at a time, 30 s each, 64 runs each, 65,535 bytes whole.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/host/drops.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

inline constexpr size_t kReassemblyBound = 64;                            // datagrams
inline constexpr Duration kReassemblyTimeout = std::chrono::seconds(30);  // ipfrag_time

class Reassembly {
 public:
  struct Whole {
    wire::Frame packet;
    uint32_t largest_fragment = 0;  // bytes of IP packet: to be cut no coarser when sent on
  };
  // The datagram when this fragment completed it. What ends here is counted in drops.
  std::optional<Whole> add(const wire::Frame& fragment, Time now, Drops& drops);

  // One datagram whose time is over: what a time-exceeded error may quote of it (its first
  // fragment, empty if that never came). Call until it gives none.
  std::optional<wire::Frame> expire(Time now, Drops& drops);
  Time next_deadline() const;

 private:
  struct Run {
    size_t begin, end;
  };
  struct Key {
    wire::IpAddress source, destination;
    uint16_t id = 0;
    uint8_t protocol = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Datagram {
    Key key;
    Time deadline{};
    wire::Frame buffer;  // the payload; the header goes into the headroom
    wire::Frame first;   // the fragment at offset 0, cut to what an error quotes
    size_t length = 0;   // of the payload, once the last fragment has come
    size_t header = 0;   // bytes, once the first has come
    uint32_t largest = 0;
    std::vector<Run> runs;
  };
  enum class Placed : uint8_t { fits, duplicate, overlap, refused };

  Datagram* find_or_make(const Key& key, Time now);
  static Placed place(Datagram& datagram, Run run);
  static bool contradicts(const Datagram& datagram, Run run, bool last);
  static void copy_in(Datagram& datagram, const wire::Frame& fragment);
  static Whole finish(Datagram& datagram);
  void remove(Datagram& datagram);

  std::vector<Datagram> datagrams_;  // oldest first
};

}  // namespace lvslab::host
