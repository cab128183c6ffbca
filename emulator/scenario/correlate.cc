#include "emulator/scenario/correlate.hh"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "emulator/scenario/identity.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

using fabric::Direction;

struct Belonging {
  size_t conversation = 0;  // its number
  Way way = Way::request;
  bool error = false;
  friend bool operator==(const Belonging&, const Belonging&) = default;
};

// What packets alike have alike.
struct Likeness {
  Belonging whose;
  Marks marks;
  friend bool operator==(const Likeness&, const Likeness&) = default;
};
size_t hash_of(const Likeness& one) {
  const bool request = one.whose.way == Way::request;
  return mixed(Hash()(one.marks),
               one.whose.conversation << 2 | uint64_t{request} << 1 | one.whose.error);
}

// The exchanges of one client end, and how far they have come.
struct Talk {
  std::vector<size_t> exchanges;
  std::map<uint32_t, size_t> begun;  // by opening: position in `exchanges`
  size_t now = 0;
};

using FragmentKey = std::tuple<wire::IpAddress, wire::IpAddress, uint8_t, uint16_t>;

// A ping of either family is an exchange of ICMP; on the wire IPv6 has a protocol of its own.
Conversation conversation_of(const Exchange& exchange) {
  const bool ping6 = exchange.protocol == wire::proto::kIcmp && exchange.client.address.is_v6();
  return {ping6 ? wire::proto::kIcmpv6 : exchange.protocol, exchange.client};
}

FragmentKey fragment_key(const IpHeader& ip) {
  return {ip.source, ip.destination, ip.protocol, ip.id};
}

class Correlator {
 public:
  Correlator(const topology::Topology& topology, const std::vector<fabric::PortName>& ports,
             const std::vector<Exchange>& exchanges, std::vector<Observation>& observations)
      : observations_(observations), ports_(ports) {
    for (size_t i = 0; i < exchanges.size(); ++i) {
      const auto [known, added] =
          numbers_.try_emplace(conversation_of(exchanges[i]), talks_.size());
      if (added) talks_.emplace_back();
      talks_[known->second].exchanges.push_back(i);
    }
    for (const fabric::PortName& port : ports) {
      const topology::Interface* interface = find_interface(topology, port);
      networks_.push_back(interface ? std::string_view(interface->network) : std::string_view());
    }
  }

  std::vector<Packet> run() {
    remember_first_fragments();
    for (size_t i = 0; i < observations_.size(); ++i) place(i);
    for (size_t i = 0; i < packets_.size(); ++i) assign(i, talks_[conversations_[i]]);
    return std::move(packets_);
  }

 private:
  std::optional<Belonging> by_ends(const std::optional<Ends>& ends, bool error) const {
    if (!ends) return {};
    // An error travels against the packet it quotes.
    if (const auto from = numbers_.find({ends->protocol, ends->source}); from != numbers_.end())
      return Belonging{from->second, error ? Way::reply : Way::request, error};
    if (const auto to = numbers_.find({ends->protocol, ends->destination}); to != numbers_.end())
      return Belonging{to->second, error ? Way::request : Way::reply, error};
    return {};
  }

  std::optional<Belonging> belonging(const Layers& layers) const {
    if (!layers.ip) return {};
    if (layers.quoted) return by_ends(quoted_ends_of(layers), true);
    if (layers.ip->fragment_offset == 0) return by_ends(ends_of(layers), false);
    const auto first = fragments_.find(fragment_key(*layers.ip));
    if (first == fragments_.end()) return {};
    return first->second;
  }

  // Before all else, so that fragments that overtook their first find it too.
  void remember_first_fragments() {
    for (const Observation& seen : observations_) {
      const auto& ip = seen.layers.ip;
      if (!ip || !ip->is_fragment() || ip->fragment_offset != 0) continue;
      if (const auto whose = belonging(seen.layers)) fragments_[fragment_key(*ip)] = *whose;
    }
  }

  void place(size_t index) {
    Observation& seen = observations_[index];
    const auto whose = belonging(seen.layers);
    if (!whose) return;
    std::vector<size_t>& alike = alike_[{*whose, marks_of(seen.layers)}];
    const auto known = which(alike, seen);
    if (!known) {
      alike.push_back(packets_.size());
      packets_.push_back({0, whose->way, whose->error, {}});
      conversations_.push_back(whose->conversation);
    }
    seen.packet = known.value_or(packets_.size() - 1);
    packets_[*seen.packet].sightings.push_back(index);
  }

  // The newest of the packets alike that this sighting can continue: a retransmission is made when
  // its predecessor is lost, so the newest is the one still on its way.
  std::optional<size_t> which(const std::vector<size_t>& alike, const Observation& seen) const {
    for (const bool strictly : {true, false})
      for (auto packet = alike.rbegin(); packet != alike.rend(); ++packet)
        if (!was_at(*packet, *seen.sighting) && (!strictly || continues(*packet, *seen.sighting)))
          return *packet;
    return {};
  }

  bool was_at(size_t packet, const fabric::Sighting& seen) const {
    return any_of(packet, [&](const fabric::Sighting& other) {
      return other.port == seen.port && other.direction == seen.direction;
    });
  }

  // Received where it was sent to, or sent on by the host that received it.
  bool continues(size_t packet, const fabric::Sighting& seen) const {
    return any_of(packet, [&](const fabric::Sighting& other) {
      if (other.direction == seen.direction) return false;
      return seen.direction == Direction::received ? network(other.port) == network(seen.port)
                                                   : host(other.port) == host(seen.port);
    });
  }

  template <class Test>
  bool any_of(size_t packet, Test test) const {
    const auto& sightings = packets_[packet].sightings;
    return std::any_of(sightings.begin(), sightings.end(),
                       [&](size_t i) { return test(*observations_[i].sighting); });
  }

  std::string_view network(uint32_t port) const {
    return port < networks_.size() ? networks_[port] : std::string_view();
  }
  std::string_view host(uint32_t port) const {
    return port < ports_.size() ? std::string_view(ports_[port].host) : std::string_view();
  }

  // What begins an exchange: a SYN's sequence number, an echo's number, each datagram by itself.
  std::optional<uint32_t> opening(size_t packet) const {
    const Packet& candidate = packets_[packet];
    if (candidate.way != Way::request || candidate.error) return {};
    const Layers& layers = observations_[candidate.sightings.front()].layers;
    const uint8_t* front = layers.frame.data();
    using namespace wire::tcp_flag;
    if (layers.tcp && (front[layers.tcp->at + 13] & (kSyn | kAck)) == kSyn)
      return load_be32(front + layers.tcp->at + 4);
    if (layers.icmp) return load_be16(front + layers.icmp->at + 6);
    if (layers.udp) return static_cast<uint32_t>(packet);
    return {};
  }

  void assign(size_t packet, Talk& talk) {
    if (const auto mark = opening(packet)) {
      talk.now = std::min(talk.begun.size(), talk.exchanges.size() - 1);
      talk.now = talk.begun.try_emplace(*mark, talk.now).first->second;
    }
    packets_[packet].exchange = talk.exchanges[echo_answer(packet, talk.begun).value_or(talk.now)];
  }

  // An echo reply names the request it answers.
  std::optional<size_t> echo_answer(size_t packet, const std::map<uint32_t, size_t>& begun) const {
    const Layers& layers = observations_[packets_[packet].sightings.front()].layers;
    if (!layers.icmp || packets_[packet].error) return {};
    const auto found = begun.find(load_be16(layers.frame.data() + layers.icmp->at + 6));
    if (found == begun.end()) return {};
    return found->second;
  }

  std::vector<Observation>& observations_;
  const std::vector<fabric::PortName>& ports_;
  std::vector<std::string_view> networks_;  // by port
  std::unordered_map<Conversation, size_t, Hash> numbers_;
  std::vector<Talk> talks_;  // by number of conversation
  std::map<FragmentKey, Belonging> fragments_;
  std::unordered_map<Likeness, std::vector<size_t>, Hash> alike_;
  std::vector<Packet> packets_;
  std::vector<size_t> conversations_;  // of packets_
};

}  // namespace

const topology::Interface* find_interface(const topology::Topology& topology,
                                          const fabric::PortName& port) {
  for (const topology::Host& host : topology.hosts) {
    if (host.name != port.host) continue;
    for (const topology::Interface& interface : host.interfaces)
      if (interface.name == port.interface) return &interface;
  }
  return nullptr;
}

std::vector<Packet> correlate(const topology::Topology& topology,
                              const std::vector<fabric::PortName>& ports,
                              const std::vector<Exchange>& exchanges,
                              std::vector<Observation>& observations) {
  return Correlator(topology, ports, exchanges, observations).run();
}

}  // namespace lvslab::scenario
