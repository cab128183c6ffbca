#pragma once
// Whether a rule is one that the kernel takes and this director has. Each throws CommandError.

#include "emulator/ipvs/service.hh"

namespace lvslab::director {

// ipvsadm's words for EINVAL.
inline constexpr const char* kInvalid =
    "Invalid operation.  Possibly wrong module version, address not unicast, ...";

// Throws "unsupported: ..." for what this director does not have.
void check_service(const ipvs::Service& service);
// Also the kernel's own refusals of a destination, in ipvsadm's words.
// `service`: the family of its service. Only a tunnel may lead from one family to the other.
// synchronised: a synchronisation daemon runs, and not even that.
void check_destination(const ipvs::Destination& destination, ipvs::Family service,
                       bool synchronised);
// Only -a asks this: -e says "No such destination" of an address that nobody could have added.
void check_unicast(const ipvs::IpAddress& address);

}  // namespace lvslab::director
