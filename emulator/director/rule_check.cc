#include "emulator/director/rule_check.hh"

#include "emulator/director/director.hh"
#include "emulator/director/scheduler.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::director {

namespace {

void refuse_if(bool unsupported, const std::string& what) {
  if (unsupported) throw CommandError("unsupported: " + what);
}

constexpr uint32_t kLargestWeight = 0x7fffffff;  // ipvsadm(8), -w; the kernel keeps an int
constexpr uint32_t kBroadcast = 0xffffffff;

bool is_unicast(const ipvs::IpAddress& address) {
  if (address.is_unspecified() || address.is_multicast()) return false;
  if (address.is_v6() && address.is_link_local()) return false;
  return address.is_v6() || address.v4_value() != kBroadcast;
}

}  // namespace

void check_service(const ipvs::Service& service) {
  refuse_if(!service.engine.empty(), "persistence engine (--pe)");
}

void check_destination(const ipvs::Destination& destination, ipvs::Family service,
                       bool synchronised) {
  // Synchronisation knows one family a connection.
  if (destination.real.address.family() != service && synchronised) throw CommandError(kInvalid);
  if (destination.real.address.family() != service && destination.method != ipvs::Method::tunnel)
    throw CommandError("Address family not supported by protocol");
  if (destination.weight > kLargestWeight || destination.lower > destination.upper)
    throw CommandError("Numerical result out of range");
}

void check_unicast(const ipvs::IpAddress& address) {
  if (!is_unicast(address)) throw CommandError(kInvalid);
}

}  // namespace lvslab::director
