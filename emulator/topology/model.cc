#include "emulator/topology/model.hh"

#include <algorithm>

namespace lvslab::topology {

namespace {

template <class Named>
const Named* find(const std::vector<Named>& among, const std::string& name) {
  const auto found =
      std::find_if(among.begin(), among.end(), [&](const Named& one) { return one.name == name; });
  return found == among.end() ? nullptr : &*found;
}

}  // namespace

const Host* Topology::find_host(const std::string& name_of_host) const {
  return find(hosts, name_of_host);
}

const Network* Topology::find_network(const std::string& name_of_network) const {
  return find(networks, name_of_network);
}

}  // namespace lvslab::topology
