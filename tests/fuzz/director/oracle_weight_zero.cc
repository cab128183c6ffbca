// A server of weight 0 is given no new connection. Known connections stay with it, and new ones of
// a client that a persistent service has sent there before (ipvsadm(8), -w): there, what must not
// grow is the number of clients.

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

namespace {

class WeightZeroOracle : public Oracle {
 public:
  std::string_view name() const override { return "weight-zero"; }
  void begin() override { before_.clear(); }

  void ruled(const Services& services) override {
    before_.clear();
    for (const auto& service : services)
      for (const auto& server : service.destinations) before_.push_back(made_by(service, server));
  }

  void rest(const Standing& standing, Complaints& complaints) override {
    size_t place = 0;
    for (const auto& service : standing.services)
      for (const auto& server : service.destinations) {
        if (place == before_.size()) return;
        const uint64_t before = before_[place++];
        if (server.rule.weight == 0 && made_by(service, server) > before)
          complain(complaints, "server " + server.rule.real.to_string() +
                                   " has weight 0, and got a new " +
                                   (service.rule.persistence ? "client" : "connection"));
      }
  }

 private:
  // Clients come and go; a loss hides at most as many of those that came.
  static uint64_t made_by(const ipvs::ServiceStatus& service,
                          const ipvs::DestinationStatus& server) {
    return service.rule.persistence ? server.persistent : server.total.connections;
  }

  // In the order of services(), which nothing but rules changes.
  std::vector<uint64_t> before_;
};

}  // namespace

std::unique_ptr<Oracle> make_weight_zero_oracle() {
  return std::make_unique<WeightZeroOracle>();
}

}  // namespace lvslab::fuzz
