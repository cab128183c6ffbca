// Counters add up: no packet vanishes without a reason that is counted, what the director drops is
// what its host drops for it, and what servers count is what services and listings say.

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

namespace {

class CountersOracle : public Oracle {
 public:
  std::string_view name() const override { return "counters"; }

  void frame(const Turn& turn, Complaints& complaints) override {
    const uint64_t director = turn.after.director - turn.before.director;
    const uint64_t by_hook = turn.after.by_hook - turn.before.by_hook;
    if (director != by_hook)
      complain(complaints, "the director dropped " + std::to_string(director) +
                               " packets, its host counts " + std::to_string(by_hook));
  }

  void rest(const Standing& standing, Complaints& complaints) override {
    for (const auto& service : standing.services) check(service, complaints);
    check_listing(standing, complaints);
  }

 private:
  // A service has counted at least what its servers have: deleted ones are no more among them.
  void check(const ipvs::ServiceStatus& service, Complaints& complaints) const {
    ipvs::Counters sum;
    for (const auto& server : service.destinations) {
      const ipvs::Counters& its = server.total;
      if (its.bytes_in < its.packets_in * kLeastPacket ||
          its.bytes_out < its.packets_out * kLeastPacket)
        complain(complaints, "packets were counted that are shorter than their headers");
      sum.connections += its.connections;
      sum.packets_in += its.packets_in;
      sum.packets_out += its.packets_out;
    }
    const ipvs::Counters& total = service.total;
    if (total.connections < sum.connections || total.packets_in < sum.packets_in ||
        total.packets_out < sum.packets_out)
      complain(complaints, "servers of a service have counted more than the service");
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
};

}  // namespace

std::unique_ptr<Oracle> make_counters_oracle() {
  return std::make_unique<CountersOracle>();
}

}  // namespace lvslab::fuzz
