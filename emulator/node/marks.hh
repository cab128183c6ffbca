#pragma once
// A firewall's marks (`iptables -t mangle -A PREROUTING ... -j MARK --set-mark N`), which virtual
// services of a mark (`ipvsadm -A -f N`) go by. Where a real director marks packets before routing,
// ours does before it asks its LVS: in between nothing looks at marks.

#include <cstdint>
#include <vector>

#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::node {

struct MarkRule {
  uint32_t mark = 0;
  wire::Prefix to;       // destination
  uint8_t protocol = 0;  // IP protocol; 0: any
  uint16_t port = 0;     // of the destination; 0: any
};

// `packet` begins with its IP header, whole, and is no fragment. The last rule that fits counts; 0:
// none does.
uint32_t mark_of(const std::vector<MarkRule>& rules, Bytes packet);

}  // namespace lvslab::node
