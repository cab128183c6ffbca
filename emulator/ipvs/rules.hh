#pragma once
// What ipvsadm speaks to: a director that takes commands and says what it has. The kernel's part.

#include <stdexcept>
#include <vector>

#include "emulator/ipvs/status.hh"

namespace lvslab::ipvs {

// The director refuses a command; what ipvsadm then says: "No such service".
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Rules {
 public:
  virtual ~Rules() = default;
  // Throws Refused, and has changed nothing then.
  virtual void apply(const Command& command) = 0;
  virtual std::vector<ServiceStatus> services() const = 0;
  virtual std::vector<ConnectionStatus> connections() const = 0;
  virtual TimeoutStatus timeouts() const = 0;
  virtual DaemonStatus daemons() const = 0;
};

}  // namespace lvslab::ipvs
