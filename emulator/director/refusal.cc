#include "emulator/director/refusal.hh"

#include <array>

#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

struct Message {
  uint8_t type, code;
};

namespace icmp = wire::icmp;

// In the order of Complaint.
constexpr std::array<Message, 4> kV4{{{icmp::kUnreachable, icmp::kPortUnreachable},
                                      {icmp::kUnreachable, icmp::kHostUnreachable},
                                      {icmp::kUnreachable, icmp::kFragmentationNeeded},
                                      {icmp::kTimeExceeded, 0}}};
// RFC 4443: 1/4 port unreachable, 1/3 address unreachable, 2/0 packet too big, 3/0 hop limit.
constexpr std::array<Message, 4> kV6{{{1, 4}, {1, 3}, {2, 0}, {3, 0}}};

}  // namespace

void refuse(Verdict& verdict, DropReason reason, Complaint complaint, const wire::IpAddress& source,
            uint32_t mtu) {
  refuse(verdict, reason);
  const Message message = (source.is_v4() ? kV4 : kV6)[static_cast<size_t>(complaint)];
  verdict.answer = {true, message.type, message.code, mtu, source};
}

}  // namespace lvslab::director
