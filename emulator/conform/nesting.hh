#pragma once
// The IP headers of a frame, from the outside in: through tunnels and into what ICMP errors quote.
// For masks, which look at both frames of a comparison in the same way. Follows what is there as
// long as it makes sense, and trusts no length.

#include <optional>
#include <vector>

#include "emulator/base/bytes.hh"

namespace lvslab::conform {

// A checksum over everything from `from` to the end of the frame.
struct OuterSum {
  size_t at = 0, from = 0;
  bool may_be_absent = false;  // 0 says that there is none (UDP)
};

struct NestedIp {
  size_t at = 0;       // offset in the frame
  size_t payload = 0;  // behind options and extension headers
  bool v6 = false;
  // Of what carries this header: ICMP, GRE, GUE's UDP.
  std::optional<OuterSum> within{};
  std::optional<size_t> gue_at{};  // this header's payload: the UDP header of a GUE tunnel
};

std::vector<NestedIp> ip_headers_of(Bytes frame);

}  // namespace lvslab::conform
