#pragma once
// Cases that ask one thing: whom does a scheduler choose? Thousands of connections to services
// whose servers come, go and change weights and thresholds midway: a plain service, a persistent
// one, one over IPv6, one of a firewall mark (of many virtual addresses, which dh, lblc and lblcr
// go by) and one over UDP whose servers have thresholds. Each connection is one packet, and where
// that comes out tells who was chosen: a server keeps its forwarding method.
//
// twos is not among them: it chooses at random, and Debian's kernel for User Mode Linux has no
// ip_vs_twos. Its distribution is a unit test's.

#include <vector>

#include "emulator/conform/case.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::conform {

inline constexpr size_t kMostChoices = 40000;  // each has a port of its own

struct ChoiceOptions {
  uint64_t seed = 1;
  // To the service that the scheduler tells most about: of many addresses for those that go by
  // them, else the plain one. To each of the others a tenth as many.
  size_t connections = 10000;  // at most kMostChoices
  // Time passes 39 times 18 s, else 3 times: a slow kernel keeps up the better the more it waits,
  // and where waits take their time it is not slow.
  bool patient = true;
};

// Those that can be compared.
const std::vector<ipvs::Scheduler>& compared_schedulers();

// A case for each of them, named "rr-choices".
std::vector<Case> choice_cases(const ChoiceOptions& options);

// The same with another scheduler in the place of each: what a wrong director would do.
Case with_wrong_schedulers(Case played);

}  // namespace lvslab::conform
