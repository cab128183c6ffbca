// Counters add up: every packet that came in or was made has been sent, taken, joined to another or
// dropped by a reason with a name, or waits; what the director drops is what its host drops for it;
// what servers count is what their services count, and what listings say.

#include <array>

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

namespace {

class CountersOracle : public Oracle {
 public:
  std::string_view name() const override { return "counters"; }
  void begin() override {
    before_.clear();
    to_port_0_ = false;
  }

  void frame(const Turn& turn, Complaints& complaints) override {
    to_port_0_ = to_port_0_ || asks_for_port_0(turn.in.reading);
    const auto& [by_hook, director, packets] = turn.counts;
    if (director != by_hook)
      complain(complaints, "the director dropped " + std::to_string(director) +
                               " packets, its host counts " + std::to_string(by_hook));
    if (packets.came() != packets.went()) complain(complaints, text_of(packets));
  }

  // Rules alone bring servers with a past into a service, and take some away with theirs.
  void ruled(const Services& services) override {
    before_.clear();
    for (const auto& service : services) before_.push_back(balance_of(service));
  }

  void rest(const Standing& standing, Complaints& complaints) override {
    for (size_t i = 0; i < standing.services.size(); ++i) check(standing, i, complaints);
    check_listing(standing, complaints);
  }

 private:
  // What a service has counted beyond what its servers have: connections, packets and bytes of both
  // directions. Modulo 2^64.
  using Balance = std::array<uint64_t, 5>;

  static Balance values_of(const ipvs::Counters& counters) {
    return {counters.connections, counters.packets_in, counters.packets_out, counters.bytes_in,
            counters.bytes_out};
  }
  static Balance balance_of(const ipvs::ServiceStatus& service) {
    Balance balance = values_of(service.total);
    for (const auto& server : service.destinations)
      balance = minus(balance, values_of(server.total));
    return balance;
  }
  static Balance minus(Balance balance, const Balance& other) {
    for (size_t i = 0; i < balance.size(); ++i) balance[i] -= other[i];
    return balance;
  }

  // Persistence at port 0 and that of FTP have one template for all ports of an address: a client
  // of the one service may be sent to a server of the other, where its service counts it too. So
  // may one whose packet to port 0 bears a mark: its template is that of the address then, and not
  // of the mark (cases/marked-to-port-0.case). Such services have a balance together.
  bool shares(const ipvs::ServiceStatus& one, const ipvs::ServiceStatus& other) const {
    if (!one.rule.persistence || !other.rule.persistence) return false;
    if (to_port_0_) return is_of_all_ports(one.rule.key) && is_of_all_ports(other.rule.key);
    const auto* a = std::get_if<ipvs::AddressKey>(&one.rule.key);
    const auto* b = std::get_if<ipvs::AddressKey>(&other.rule.key);
    return a && b && a->protocol == b->protocol &&
           a->virtual_end.address == b->virtual_end.address && is_of_all_ports(one.rule.key) &&
           is_of_all_ports(other.rule.key);
  }
  static bool is_of_all_ports(const ipvs::ServiceKey& key) {
    constexpr uint16_t kFtp = 21;
    const auto* address = std::get_if<ipvs::AddressKey>(&key);
    return !address || address->virtual_end.port == 0 || address->virtual_end.port == kFtp;
  }
  // A packet to port 0, or an error that quotes an answer from there.
  static bool asks_for_port_0(const Reading& frame) {
    for (size_t i = 0; i < frame.count; ++i) {
      const Packet& packet = frame.packets[i];
      if (packet.has_ports && (i < frame.quoted ? packet.to_port : packet.from_port) == 0)
        return true;
    }
    return false;
  }
  // What servers have not counted since the last rule, of a service and those it shares with.
  Balance owed(const Services& services, size_t index) const {
    Balance owed{};
    for (size_t i = 0; i < services.size(); ++i) {
      if (i != index && !shares(services[index], services[i])) continue;
      const Balance before = i < before_.size() ? before_[i] : Balance{};
      const Balance since = minus(balance_of(services[i]), before);
      for (size_t j = 0; j < owed.size(); ++j) owed[j] += since[j];
    }
    return owed;
  }

  static std::string text_of(const host::Ledger& packets) {
    return std::to_string(packets.came()) + " packets (in " + std::to_string(packets.in) +
           ", made " + std::to_string(packets.made) + ", cut " + std::to_string(packets.cut) +
           ") became " + std::to_string(packets.went()) + ": sent " + std::to_string(packets.sent) +
           ", taken " + std::to_string(packets.taken) + ", joined " +
           std::to_string(packets.joined) + ", dropped " + std::to_string(packets.dropped) +
           ", waiting " + std::to_string(packets.waiting);
  }

  // Since the last rule, whatever a server counted its service did too, and the other way round.
  void check(const Standing& standing, size_t index, Complaints& complaints) const {
    const ipvs::ServiceStatus& service = standing.services[index];
    for (const auto& server : service.destinations) {
      const ipvs::Counters& its = server.total;
      if (its.bytes_in < its.packets_in * kLeastPacket ||
          its.bytes_out < its.packets_out * kLeastPacket)
        complain(complaints, "packets were counted that are shorter than their headers");
    }
    if (owed(standing.services, index) != Balance{})
      complain(complaints, "servers of a service have not counted what the service has");
  }

  // -Ln and -Lnc tell of the same connections.
  void check_listing(const Standing& standing, Complaints& complaints) const {
    uint64_t listed = 0;
    for (const auto& service : standing.services)
      for (const auto& server : service.destinations)
        listed += uint64_t{server.active} + server.inactive + server.persistent;
    if (listed > standing.connections.size())
      complain(complaints, "servers count " + std::to_string(listed) + " connections, there are " +
                               std::to_string(standing.connections.size()));
  }

  static constexpr uint64_t kLeastPacket = 20;

  // In the order of services(), which nothing but rules changes.
  std::vector<Balance> before_;
  bool to_port_0_ = false;  // some packet of the storm was
};

}  // namespace

std::unique_ptr<Oracle> make_counters_oracle() {
  return std::make_unique<CountersOracle>();
}

}  // namespace lvslab::fuzz
