#pragma once
// The interface at which a TUN real server takes off the outer header: the kernel's own ipip
// device, or where the kernel has none the same in user space.
//
// Theory of operation of the latter. A raw socket for IP protocol 4 in the host's namespace
// receives every packet that was addressed to the host with an IP packet inside (and, by being
// there, keeps the kernel from answering with protocol unreachable). pump() drops its outer header
// and writes the inner packet to a TUN interface, so the kernel sees it arrive at that interface,
// and the interface's rp_filter, counters and firewall rules apply as they do with tunl0:
//
//   eth0: DIP > RIP proto 4 | CIP:40000 > VIP:80 S   raw socket -> 60 bytes, outer header of 20 off
//   tunl0:                    CIP:40000 > VIP:80 S   TUN write  -> local delivery to VIP
//
// What it does not do: send (packets routed out of the interface are dropped), IPv6 outer or inner
// headers, ECN marks from outer to inner (RFC 6040).

#include <optional>
#include <string>
#include <string_view>

#include "emulator/kernel/netlink.hh"

namespace lvslab::kernel {

// The largest inner packet through an outer path of 1500 bytes.
inline constexpr unsigned kTunnelMtu = 1480;

class IpipDevice {
 public:
  // The interface is up on return, without an address. Its descriptors are non-blocking.
  IpipDevice(const Namespace& in, std::string_view name = "tunl0", unsigned mtu = kTunnelMtu);

  // Takes off the headers of all that wait, at most 256 packets a call; the number of them.
  size_t pump();
  int socket_fd() const { return socket_.get(); }  // readable: encapsulated packets wait
  int device_fd() const { return device_.get(); }  // readable: packets wait to be dropped

 private:
  FileDescriptor device_;
  FileDescriptor socket_;
};

enum class TunnelKind : uint8_t { kernel_ipip, user_space };

struct TunnelDevice {
  TunnelKind kind = TunnelKind::kernel_ipip;
  std::string name;
  std::optional<IpipDevice> device;  // user_space: to be pumped
};

// Whether a namespace here can have the kernel's ipip. Tried once, in a namespace of its own.
bool kernel_has_ipip();
// The best there is, named "tunl0", up.
TunnelDevice make_tunnel_device(const Namespace& in, unsigned mtu = kTunnelMtu);

}  // namespace lvslab::kernel
