#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

void look_at_memory(const Left& left, Complaints& complaints) {
  const auto look = [&](size_t count, const char* what) {
    if (count != 0) complaints.push_back({"memory", std::to_string(count) + what});
  };
  look(left.director, " connections, servers or FTP controls outlive rules and time");
  look(left.waiting, " packets or fragments wait for ever");
  look(left.tcp, " TCP connections outlive all timeouts");
  look(left.path_mtus, " path MTUs are not forgotten");
}

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
