#include "emulator/kernel/ipip.hh"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "emulator/base/bytes.hh"
#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/tap.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kLargestPacket = 65535;
constexpr size_t kMostAtOnce = 256;
constexpr const char* kName = "tunl0";

FileDescriptor open_raw_socket(std::string_view name) {
  return FileDescriptor(static_cast<int>(
      check(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_IPIP),
            "make raw socket for IP protocol 4", name)));
}

// What is inside the outer header; empty when it is not a whole IPv4 packet in an IPv4 packet.
Bytes inner_of(Bytes packet) {
  const auto outer = wire::Ipv4View::over(packet);
  if (!outer) return {};
  const Bytes inner = outer->payload();
  return wire::Ipv4View::over(inner) ? inner : Bytes{};
}

// A wildcard ipip device, what tunl0 is; errno of the refusal, 0 when made.
int make_kernel_device(Netlink& netlink) {
  NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create ipip device", kName);
  request.header(ifinfomsg{})
      .put_string(IFLA_IFNAME, kName)
      .nest(IFLA_LINKINFO, [](NetlinkRequest& info) { info.put_string(IFLA_INFO_KIND, "ipip"); });
  return netlink.socket().attempt(request);
}

}  // namespace

IpipDevice::IpipDevice(const Namespace& in, std::string_view name, unsigned mtu)
    : device_(in.run([&] { return open_tun(name, IFF_TUN | IFF_NO_PI); })),
      socket_(in.run([&] { return open_raw_socket(name); })) {
  Netlink netlink(in);
  netlink.set_mtu(name, mtu);
  netlink.set_up(name);
}

size_t IpipDevice::pump() {
  thread_local std::array<uint8_t, kLargestPacket> buffer;
  // What the host routes out of the device has no tunnel to go through.
  for (size_t n = 0; n < kMostAtOnce; ++n)
    if (::read(device_fd(), buffer.data(), buffer.size()) < 0) break;
  size_t taken_off = 0;
  for (size_t n = 0; n < kMostAtOnce; ++n) {
    const ssize_t size = ::recv(socket_fd(), buffer.data(), buffer.size(), 0);
    if (size < 0) break;
    const Bytes inner = inner_of(Bytes(buffer.data(), static_cast<size_t>(size)));
    if (!inner.empty() && ::write(device_fd(), inner.data(), inner.size()) >= 0) ++taken_off;
  }
  return taken_off;
}

bool kernel_has_ipip() {
  static const bool has = [] {
    const Namespace trial = Namespace::make();
    Netlink netlink(trial);
    return netlink.has(kName) || make_kernel_device(netlink) == 0;
  }();
  return has;
}

TunnelDevice make_tunnel_device(const Namespace& in, unsigned mtu) {
  if (!kernel_has_ipip())
    return {TunnelKind::user_space, kName,
            std::optional<IpipDevice>(std::in_place, in, kName, mtu)};
  Netlink netlink(in);
  if (!netlink.has(kName))
    if (const int error = make_kernel_device(netlink))
      throw SystemError("create ipip device", kName, error);
  netlink.set_mtu(kName, mtu);
  netlink.set_up(kName);
  return {TunnelKind::kernel_ipip, kName, std::nullopt};
}

}  // namespace lvslab::kernel
