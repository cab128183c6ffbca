#include "emulator/director/rule_check.hh"

#include "emulator/director/scheduler.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::director {

namespace {

constexpr uint32_t kLargestWeight = 0x7fffffff;  // ipvsadm(8), -w; the kernel keeps an int
constexpr uint32_t kBroadcast = 0xffffffff;

bool is_unicast(const ipvs::IpAddress& address) {
  if (address.is_unspecified() || address.is_multicast()) return false;
  if (address.is_v6() && address.is_link_local()) return false;
  return address.is_v6() || address.v4_value() != kBroadcast;
}

}  // namespace

Refusal refusal_of(const ipvs::Service& service) {
  return service.engine.empty() ? nullptr : "unsupported: persistence engine (--pe)";
}

Refusal refusal_of(const ipvs::Destination& destination, ipvs::Family service, bool synchronised) {
  // Synchronisation knows one family a connection.
  if (destination.real.address.family() != service && synchronised) return kInvalid;
  if (destination.real.address.family() != service && destination.method != ipvs::Method::tunnel)
    return "Address family not supported by protocol";
  if (destination.weight > kLargestWeight || destination.lower > destination.upper)
    return "Numerical result out of range";
  return nullptr;
}

Refusal refusal_to_add(const ipvs::IpAddress& address) {
  return is_unicast(address) ? nullptr : kInvalid;
}

}  // namespace lvslab::director
