#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

std::vector<std::unique_ptr<Oracle>> make_oracles() {
  std::vector<std::unique_ptr<Oracle>> all;
  all.push_back(make_checksum_oracle());
  all.push_back(make_keeps_server_oracle());
  all.push_back(make_hides_servers_oracle());
  all.push_back(make_counters_oracle());
  all.push_back(make_weight_zero_oracle());
  all.push_back(make_bounds_oracle());
  all.push_back(make_slow_path_oracle());
  return all;
}

}  // namespace lvslab::fuzz
