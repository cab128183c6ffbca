#pragma once
// Which ports an expectation speaks of: "*" all; "rs1" or "rs1:*" those of a host; "rs1:eth0" one;
// "server", "server:eth0" those of the server that answered; "client" likewise; "real-servers"
// those of every host with that role.

#include <optional>
#include <string>

#include "emulator/scenario/study.hh"

namespace lvslab::scenario {

class PortSelector {
 public:
  explicit PortSelector(const std::string& at);
  // `exchange`: whose server and client are meant. Without one, "server" is any real server and
  // "client" the host that the step began at.
  bool matches(const Study& study, uint32_t port, std::optional<size_t> exchange) const;
  // False: no port of the lab can ever match, so "never seen there" would say nothing.
  bool possible(const Study& study) const;

 private:
  std::string host_;
  std::string interface_;  // "" any
};

// A frame's exchange, if it is of one.
std::optional<size_t> exchange_of(const Study& study, const Observation& frame);
// "server" and "client" stand for a host; other names for themselves. Without an exchange "server"
// stays as it is.
const std::string& host_named(const Study& study, const std::string& name,
                              std::optional<size_t> exchange);

}  // namespace lvslab::scenario
