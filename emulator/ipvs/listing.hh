#pragma once
// What `ipvsadm -L` and `-S` print, byte for byte as ipvsadm 1.31 prints it, out of the values of
// status.hh. Trailing blanks are its own; columns break where it breaks them.
//
// Services are printed in its order (marks last, by address as it compares them, see
// listing_order.hh), or as given with sorted = false: the kernel's own order of services there is
// that of a hash keyed by an address in memory, which nobody can repeat; that of servers, newest
// first, is repeated. Connections are printed as given: the kernel's order is that of a hash too.

#include <string>
#include <vector>

#include "emulator/ipvs/resolver.hh"
#include "emulator/ipvs/status.hh"

namespace lvslab::ipvs {

enum class Columns : uint8_t { usual, stats, rates, thresholds, persistent, tunnels };

struct Form {
  bool numeric = false;  // -n; else names, where the resolver has any
  bool sorted = true;    // not --nosort
  bool exact = false;    // --exact: of --stats and --rate
  Columns columns = Columns::usual;
};

// -L
std::string list_services(const std::vector<ServiceStatus>& services, const Form& form,
                          const Resolver& resolver);
// -L -t 192.0.2.1:80
std::string list_service(const ServiceStatus& service, const Form& form, const Resolver& resolver);
// -Lc; with Columns::persistent the persistence engines too
std::string list_connections(const std::vector<ConnectionStatus>& connections, const Form& form,
                             const Resolver& resolver);
// -L --timeout
std::string list_timeouts(const TimeoutStatus& timeouts);
// -L --daemon. What a daemon leaves to the kernel (0) is printed as the kernel fills it in, on an
// interface with an MTU of 1500 bytes.
std::string list_daemons(const DaemonStatus& daemons);
// -S: rules that -R reads. Thresholds are not saved.
std::string save_rules(const std::vector<ServiceStatus>& services, const Form& form,
                       const Resolver& resolver);

}  // namespace lvslab::ipvs
