#pragma once
// How invariants see a lab: its frames go by once, in order, each decoded once and, when a director
// sends it towards a server, told apart as a forwarded request. Between look(), which shows the
// frames, and the invariants, which remember what they need. What a router receives others have
// sent: it is left out. Not for other rooms.

#include <map>
#include <memory>
#include <optional>

#include "emulator/scenario/identity.hh"
#include "emulator/scenario/invariants.hh"
#include "emulator/scenario/layers.hh"
#include "emulator/scenario/rulebook.hh"

namespace lvslab::scenario {

// Who a director chose. port 0: the method leaves it.
struct ChosenServer {
  const topology::Host* host = nullptr;  // of this lab; nullptr: known by its address alone
  wire::Endpoint end;
  std::string to_string() const;
};
// As far as both say: a standby may know the same server by another method.
bool same_server(const ChosenServer& one, const ChosenServer& other);

// A packet that a director sends to a server for a virtual end.
struct Forward {
  uint8_t protocol = 0;
  wire::Endpoint client, virtual_end;
  ChosenServer server;
  ipvs::Method method = ipvs::Method::route;
};

// One frame at one port.
struct Seen {
  size_t index = 0;  // in Evidence::sightings
  const fabric::Sighting* sighting = nullptr;
  Layers layers;
  std::optional<Ends> ends;
  const topology::Host* host = nullptr;  // never nullptr when shown to a Watcher
  bool sent = false;
  std::optional<Forward> forward;

  bool at(topology::Role role) const { return host->role == role; }
  uint8_t tcp_flags() const { return layers.frame[layers.tcp->at + 13]; }  // of a TCP packet
};

inline constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

struct Scene {
  const topology::Topology& topology;
  Rulebook rules;
  size_t first = 0;  // frames from here on are judged
};

class Watcher {
 public:
  explicit Watcher(const Scene& scene, Invariant invariant) : scene_(scene), me_(invariant) {}
  virtual ~Watcher() = default;
  virtual void see(const Seen& seen) = 0;
  const std::vector<Finding>& findings() const { return findings_; }

 protected:
  // Frames of the history break nothing.
  void find(const Seen& seen, std::string text) {
    if (seen.index >= scene_.first) findings_.push_back({me_, std::move(text), seen.index});
  }
  const Scene& scene_;

 private:
  Invariant me_;
  std::vector<Finding> findings_;
};

std::unique_ptr<Watcher> watch_keeps_server(const Scene& scene);
std::unique_ptr<Watcher> watch_no_rip(const Scene& scene);
std::unique_ptr<Watcher> watch_checksums(const Scene& scene);
std::unique_ptr<Watcher> watch_weight_zero(const Scene& scene);
std::unique_ptr<Watcher> watch_arp_silence(const Scene& scene);
std::unique_ptr<Watcher> watch_answers(const Scene& scene);
std::unique_ptr<Watcher> watch_no_loop(const Scene& scene);

// Tells forwarded requests. Theory of operation. With -g and -i the packet that a director sends is
// still for the virtual end; the server is the one whose MAC, or tunnel end, it goes to. With -m
// the virtual end is gone: it is that of the packet with the same marks (IP id, sequence, payload)
// which this director received from the same client end. A packet without such a one, as of FTP
// rewritten, or with several, is not told; one that came for the real server itself is routed.
// Nor is one told that waited for the server's MAC while a later packet of its ends went ahead, or a
// SYN came: it was decided upon before.
class Forwards {
 public:
  explicit Forwards(const Scene& scene);
  std::optional<Forward> see(const Seen& seen);

 private:
  std::optional<Forward> told(const Seen& seen) const;
  bool was_overtaken(const Seen& seen, const Forward& forward);
  using Flow = std::pair<const topology::Host*, std::pair<uint8_t, wire::Endpoint>>;
  struct Asked {
    wire::Endpoint destination;
    Marks marks;
    size_t index;  // of the frame
  };
  std::optional<wire::Endpoint> asked_by(const Seen& seen) const;
  const topology::Host* host_of(const wire::IpAddress& address) const;
  std::optional<Forward> unchanged(const Seen& seen) const;

  static constexpr size_t kRemembered = 64;  // packets of a client end
  const Scene& scene_;
  std::map<Flow, std::vector<Asked>> asked_;
  // The last packet between these ends that a director forwarded, as it came in; or a SYN's.
  std::map<std::pair<Flow, wire::Endpoint>, size_t> ahead_;
  std::map<wire::Mac, const topology::Host*> servers_by_mac_;
  std::map<wire::IpAddress, const topology::Host*> hosts_;
};

}  // namespace lvslab::scenario
