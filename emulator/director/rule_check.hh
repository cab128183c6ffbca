#pragma once
// Whether a rule is one that the kernel takes and this director has. Each says why not, in
// ipvsadm's words.

#include "emulator/director/director.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

// ipvsadm's words for EINVAL.
inline constexpr const char* kInvalid =
    "Invalid operation.  Possibly wrong module version, address not unicast, ...";

// "unsupported: ...": what this director does not have.
[[nodiscard]] Refusal refusal_of(const ipvs::Service& service);
// `service`: the family of its service. Only a tunnel may lead from one family to the other.
// synchronised: a synchronisation daemon runs, and not even that.
[[nodiscard]] Refusal refusal_of(const ipvs::Destination& destination, ipvs::Family service,
                                 bool synchronised);
// Only -a asks this: -e says "No such destination" of an address that nobody could have added.
[[nodiscard]] Refusal refusal_to_add(const ipvs::IpAddress& address);

}  // namespace lvslab::director
