#include "emulator/ipvs/service.hh"

namespace lvslab::ipvs {

Family family_of(const ServiceKey& key) {
  if (const auto* address = std::get_if<AddressKey>(&key))
    return address->virtual_end.address.family();
  return std::get<MarkKey>(key).family;
}

}  // namespace lvslab::ipvs
