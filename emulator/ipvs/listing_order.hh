#pragma once
// The order of ipvsadm's listings. It compares addresses and marks by the sign of their 32-bit
// difference, so that 200.0.0.1 stands before 10.0.0.1 but after 100.0.0.1, and the result depends
// on how it sorts: by glibc's qsort(3) of Debian 12, a merge sort. Not for other rooms.

#include <vector>

#include "emulator/ipvs/status.hh"

namespace lvslab::ipvs {

std::vector<const ServiceStatus*> in_order(const std::vector<ServiceStatus>& services, bool sorted);
std::vector<const DestinationStatus*> in_order(const std::vector<DestinationStatus>& destinations,
                                               bool sorted);

}  // namespace lvslab::ipvs
