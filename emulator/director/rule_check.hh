#pragma once
// Whether a rule is one that the kernel takes and this director has. Each throws CommandError.

#include "emulator/ipvs/service.hh"

namespace lvslab::director {

// Throws "unsupported: ..." for what this director does not have.
void check_service(const ipvs::Service& service);
// Also the kernel's own refusals of a destination, in ipvsadm's words.
// `service`: the family of its service. Only a tunnel may lead from one family to the other.
void check_destination(const ipvs::Destination& destination, ipvs::Family service);
// Only -a asks this: -e says "No such destination" of an address that nobody could have added.
void check_unicast(const ipvs::IpAddress& address);

}  // namespace lvslab::director
