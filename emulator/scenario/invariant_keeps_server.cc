// Packets of one TCP connection go to one server, whichever director sends them.
//
// The promise begins with the first packet forwarded and ends with a SYN, an RST either way, a FIN
// both ways, idleness beyond the state's timeout, -d of the server, -D or -C. Doubt: directors that
// drop entries at random (drop_entry), and a second director where any makes connections of packets
// amid one (sloppy_tcp).

#include <algorithm>

#include "emulator/scenario/watch.hh"

namespace lvslab::scenario {

namespace {

using std::chrono::seconds;

struct Kept {
  ChosenServer server;
  const topology::Host* director = nullptr;
  Time last{};
  bool established = false;  // the client has acknowledged
  bool odd = false;          // a packet that may have taken it to a state with a short timeout
  bool client_fin = false, server_fin = false;
  bool ended = false;
  bool known = false;  // a packet has been forwarded since the last SYN
};

class KeepsServer : public Watcher {
 public:
  explicit KeepsServer(const Scene& scene) : Watcher(scene, Invariant::keeps_server) {
    const auto& rules = scene.rules;
    sloppy_ = rules.any([](const DirectorRules& one) { return one.has_set("sloppy_tcp"); });
    shaky_ = rules.any([](const DirectorRules& one) {
      return one.has_set("drop_entry") || one.has_set("secure_tcp");
    });
    uint32_t least = 10;  // CLOSE, the shortest but NONE
    for (const DirectorRules& one : rules.directors()) {
      established_ = std::min(established_, seconds(one.tcp));
      least = std::min({least, one.tcp, one.tcp_fin});
    }
    shortest_ = seconds(least);
  }

  void see(const Seen& seen) override {
    if (shaky_ || !seen.layers.tcp || !seen.ends) return;
    endings(seen);
    if (seen.at(topology::Role::director) && !seen.sent && (seen.tcp_flags() & kSyn))
      connections_[seen.ends->source].erase(seen.ends->destination);
    if (seen.forward) judge(seen, *seen.forward);
  }

 private:
  using ByVirtualEnd = std::map<wire::Endpoint, Kept>;

  // Any connection of a client end is closed by what closes one of them: a server's packets do not
  // say which virtual end they are for.
  void endings(const Seen& seen) {
    const uint8_t flags = seen.tcp_flags();
    if (!(flags & (kRst | kFin))) return;
    if (const auto of = connections_.find(seen.ends->source); of != connections_.end())
      for (auto& [end, kept] : of->second) close(kept, flags, kept.client_fin);
    if (const auto of = connections_.find(seen.ends->destination); of != connections_.end())
      for (auto& [end, kept] : of->second) close(kept, flags, kept.server_fin);
  }

  static void close(Kept& kept, uint8_t flags, bool& fin) {
    if (flags & kFin) fin = true;
    kept.ended = kept.ended || (flags & kRst) || (kept.client_fin && kept.server_fin);
  }

  bool may_have_expired(const Kept& kept, Time now) const {
    const bool long_lived = kept.established && !kept.odd && !kept.client_fin && !kept.server_fin;
    const auto allowed = long_lived ? established_ : shortest_;
    return now - kept.last > allowed * 9 / 10;
  }

  bool deleted(const ChosenServer& server) const {
    const auto owns = [&](const wire::IpAddress& address) {
      if (server.end.address == address) return true;
      if (server.host == nullptr) return false;
      for (const topology::Interface& interface : server.host->interfaces)
        for (const wire::Prefix& prefix : interface.addresses)
          if (prefix.address == address) return true;
      return false;
    };
    return scene_.rules.any([&](const DirectorRules& one) {
      return one.cleared || std::any_of(one.deleted.begin(), one.deleted.end(), owns);
    });
  }

  bool promised(const Kept& kept, const Seen& seen) const {
    if (!kept.known || kept.ended || (seen.tcp_flags() & kSyn)) return false;
    if (may_have_expired(kept, seen.sighting->at) || deleted(kept.server)) return false;
    return !sloppy_ || kept.director == seen.host;
  }

  void judge(const Seen& seen, const Forward& forward) {
    Kept& kept = connections_[forward.client][forward.virtual_end];
    if (promised(kept, seen) && !same_server(kept.server, forward.server))
      find(seen, seen.host->name + " sends a packet of " + forward.client.to_string() + " > " +
                     forward.virtual_end.to_string() + " to " + forward.server.to_string() +
                     "; the connection has " + kept.server.to_string());
    const uint8_t flags = seen.tcp_flags();
    kept.server = forward.server;
    kept.director = seen.host;
    kept.last = seen.sighting->at;
    kept.known = true;
    kept.established = kept.established || ((flags & kAck) && !(flags & (kSyn | kRst | kFin)));
    kept.odd = kept.odd || !(flags & (kAck | kSyn));
  }

  std::map<wire::Endpoint, ByVirtualEnd> connections_;
  seconds established_{900}, shortest_{10};
  bool sloppy_ = false, shaky_ = false;
};

}  // namespace

std::unique_ptr<Watcher> watch_keeps_server(const Scene& scene) {
  return std::make_unique<KeepsServer>(scene);
}

}  // namespace lvslab::scenario
