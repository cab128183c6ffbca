#pragma once
// What a program on an embedded host sees of its peers. Handlers are plain functions from what came
// to what goes back; they know nothing of packets or time.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/wire/address.hh"

namespace lvslab::host {

// Both ends as the host sees them; `local` is the address that the peer used (a VIP on lo).
struct Conversation {
  wire::Endpoint peer;
  wire::Endpoint local;
};

// A datagram in, a datagram back, or silence.
using UdpHandler =
    std::function<std::optional<std::string>(const Conversation&, std::string_view datagram)>;

struct TcpReply {
  std::string bytes;
  bool close = false;  // send FIN behind the bytes
};
// Called each time bytes have come in order, with all that came since the last reply. Nothing: wait
// for more.
using TcpHandler =
    std::function<std::optional<TcpReply>(const Conversation&, std::string_view received)>;

}  // namespace lvslab::host
