// Tables stay within their bounds.

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

namespace {

class BoundsOracle : public Oracle {
 public:
  std::string_view name() const override { return "bounds"; }

  void rest(const Standing& standing, Complaints& complaints) override {
    if (standing.connections.size() > standing.settings.table_bound)
      complain(complaints, std::to_string(standing.connections.size()) +
                               " connections in a table for " +
                               std::to_string(standing.settings.table_bound));
  }
};

}  // namespace

std::unique_ptr<Oracle> make_bounds_oracle() {
  return std::make_unique<BoundsOracle>();
}

}  // namespace lvslab::fuzz
