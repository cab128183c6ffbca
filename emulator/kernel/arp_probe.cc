#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <tins/arp.h>
#include <tins/ethernetII.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/socket_address.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::kernel {

namespace {

// Everybody hears a broadcast at the same time, and kernels answer before they do anything else:
// who has said nothing so long after another's answer has nothing to say.
constexpr Duration kSilence = std::chrono::milliseconds(100);

// Who asks: an interface's own addresses.
struct Asker {
  int index = 0;
  wire::Mac mac;
  wire::IpAddress address;  // 0.0.0.0 when it has none: a probe (RFC 5227, 2.1.1)
};

// Inside the namespace.
Asker look_up(std::string_view interface) {
  const FileDescriptor socket(static_cast<int>(
      check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make socket", "interface queries")));
  Asker asker;
  ifreq request = interface_request(interface);
  check(::ioctl(socket.get(), SIOCGIFINDEX, &request), "find interface", interface);
  asker.index = request.ifr_ifindex;
  check(::ioctl(socket.get(), SIOCGIFHWADDR, &request), "find MAC address", interface);
  std::array<uint8_t, 6> mac;
  std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
  asker.mac = wire::Mac(mac.data());
  if (::ioctl(socket.get(), SIOCGIFADDR, &request) != 0) return asker;
  SocketAddress address;
  std::memcpy(&address.storage, &request.ifr_addr, sizeof request.ifr_addr);
  asker.address = address.endpoint().address;
  return asker;
}

FileDescriptor open_arp_socket(const Asker& asker, std::string_view interface) {
  FileDescriptor fd(
      static_cast<int>(check(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                             "make packet socket", interface)));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ARP);
  address.sll_ifindex = asker.index;
  check(::bind(fd.get(), as_sockaddr(address), sizeof address), "bind packet socket", interface);
  return fd;
}

// The MAC of a reply that claims `target`.
std::optional<wire::Mac> claimed(Bytes frame, const wire::IpAddress& target) {
  const auto ethernet = wire::EthernetView::over(frame);
  if (!ethernet || ethernet->type() != wire::ethertype::kArp) return {};
  const auto arp = wire::ArpView::over(frame.subspan(wire::kEthernetSize));
  if (!arp || arp->operation() != wire::arp::kReply || arp->sender_ip() != target) return {};
  return arp->sender_mac();
}

}  // namespace

ArpAnswers arp_probe(EventLoop& loop, const Namespace& in, std::string_view interface,
                     const wire::IpAddress& target, Duration timeout, bool all) {
  if (!target.is_v4()) throw UsageError("ARP asks for IPv4 addresses: " + target.to_string());
  const Asker asker = in.run([&] { return look_up(interface); });
  const FileDescriptor socket = in.run([&] { return open_arp_socket(asker, interface); });
  const auto request =
      Tins::ARP::make_arp_request(target.v4(), asker.address.v4(), asker.mac).serialize();
  const Time began = loop.now();
  check(::send(socket.get(), request.data(), request.size(), 0), "send ARP request", interface);

  ArpAnswers answers;
  const auto read_all = [&](uint32_t) {
    std::array<uint8_t, 256> buffer;
    for (ssize_t n; (n = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) >= 0;) {
      const auto mac = claimed(Bytes(buffer.data(), static_cast<size_t>(n)), target);
      if (!mac || std::count(answers.macs.begin(), answers.macs.end(), *mac)) continue;
      if (answers.macs.empty()) answers.took = loop.now() - began;
      answers.macs.push_back(*mac);
    }
  };
  const EventLoop::Token watching = loop.add(socket.get(), EPOLLIN, read_all);
  loop.run_until([&] { return !answers.macs.empty(); }, began + timeout);
  for (size_t seen = 0; all && answers.macs.size() > seen;) {
    seen = answers.macs.size();
    const Time until = std::min(loop.now() + kSilence, began + timeout);
    loop.run_until([&] { return answers.macs.size() > seen; }, until);
  }
  return answers;
}

}  // namespace lvslab::kernel
