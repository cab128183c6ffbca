#include "emulator/kernel/packet_socket.hh"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/socket_address.hh"
#include "emulator/kernel/virtio_header.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::kernel {

namespace {

// Room for bursts while the lab's one thread is busy: about 80,000 small frames (the kernel charges
// some 768 bytes for each).
constexpr int kReceiveBuffer = 64 << 20;
constexpr size_t kTagSize = 4;         // an 802.1Q tag that the kernel took out is put back
constexpr size_t kMostExcluded = 200;  // a BPF jump reaches 255 instructions

void set_option(int fd, int level, int option, int value, const char* name) {
  check(::setsockopt(fd, level, option, &value, sizeof value), "set up packet socket", name);
}

sock_filter instruction(unsigned code, uint32_t k, uint8_t if_true = 0, uint8_t if_false = 0) {
  return {static_cast<uint16_t>(code), if_true, if_false, k};
}

// load ifindex; equal to one of the excluded: drop; else keep.
std::vector<sock_filter> filter_of(std::span<const int> excluded) {
  std::vector<sock_filter> program;
  program.push_back(
      instruction(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_IFINDEX)));
  for (size_t i = 0; i < excluded.size(); ++i)
    program.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(excluded[i]),
                                  static_cast<uint8_t>(excluded.size() - i)));
  program.push_back(instruction(BPF_RET | BPF_K, UINT32_MAX));
  program.push_back(instruction(BPF_RET | BPF_K, 0));
  return program;
}

void attach_filter(int fd, std::span<const int> excluded) {
  if (excluded.size() > kMostExcluded)
    throw SystemError("set up packet socket", std::to_string(excluded.size()) + " exclusions",
                      E2BIG);
  std::vector<sock_filter> instructions = filter_of(excluded);
  const sock_fprog program{static_cast<uint16_t>(instructions.size()), instructions.data()};
  check(::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
        "set up packet socket", "SO_ATTACH_FILTER");
}

// Told by control messages beside a frame.
struct Told {
  tpacket_auxdata auxiliary{};
  Duration realtime{};
};

Told read_control(msghdr& message) {
  Told told;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
      std::memcpy(&told.auxiliary, CMSG_DATA(c), sizeof told.auxiliary);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(c), sizeof at);
      told.realtime = std::chrono::seconds(at.tv_sec) + Duration(at.tv_nsec);
    }
  }
  return told;
}

// The frame as it was on the wire: `at` has kTagSize bytes of room in front of it.
Bytes with_tag(uint8_t* at, size_t size, const tpacket_auxdata& auxiliary) {
  constexpr size_t kAddresses = 12;
  if (!(auxiliary.tp_status & TP_STATUS_VLAN_VALID) || size < kAddresses) return {at, size};
  uint8_t* front = at - kTagSize;
  std::memmove(front, at, kAddresses);
  const bool named = auxiliary.tp_status & TP_STATUS_VLAN_TPID_VALID;
  store_be16(front + kAddresses, named ? auxiliary.tp_vlan_tpid : uint16_t{ETH_P_8021Q});
  store_be16(front + kAddresses + 2, auxiliary.tp_vlan_tci);
  return {front, size + kTagSize};
}

}  // namespace

PacketSocket::PacketSocket(const Namespace& in, std::span<const int> excluded)
    : fd_(in.run([] {
        // Protocol 0: nothing arrives before the filter is in place and bind() says so.
        return FileDescriptor(
            static_cast<int>(check(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                   "make packet socket", "capture")));
      })),
      buffer_(kTagSize + kVirtioHeaderSize + wire::kLargestFrame + kTagSize) {
  const int size = kReceiveBuffer;
  // Beyond net.core.rmem_max as the machine's root; else as much as that allows.
  if (::setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    set_option(fd(), SOL_SOCKET, SO_RCVBUF, size, "SO_RCVBUF");
  set_option(fd(), SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
  set_option(fd(), SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
  set_option(fd(), SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
  attach_filter(fd(), excluded);
  sockaddr_ll everything{};
  everything.sll_family = AF_PACKET;
  everything.sll_protocol = htons(ETH_P_ALL);
  check(::bind(fd(), as_sockaddr(everything), sizeof everything), "start capture", "bind");
}

size_t PacketSocket::drain(const std::function<void(const Captured&)>& each, size_t limit) {
  size_t count = 0;
  for (; count < limit; ++count) {
    VirtioHeader header;
    sockaddr_ll from{};
    alignas(cmsghdr) uint8_t control[256];
    iovec parts[] = {{header.data(), header.size()},
                     {buffer_.data() + kTagSize, buffer_.size() - kTagSize}};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(fd(), &message, MSG_DONTWAIT);
    if (got < static_cast<ssize_t>(header.size())) break;

    const Told told = read_control(message);
    const size_t size = static_cast<size_t>(got) - header.size();
    const wire::Offload offload = read_virtio_header(header, size);
    latest_ = std::max(latest_, told.realtime);
    Captured seen;
    seen.realtime = latest_;
    seen.interface = from.sll_ifindex;
    seen.outgoing = from.sll_pkttype == PACKET_OUTGOING;
    seen.bytes = with_tag(buffer_.data() + kTagSize, size, told.auxiliary);
    seen.original_length =
        static_cast<uint32_t>(std::max<size_t>(seen.bytes.size(), told.auxiliary.tp_len));
    seen.partial_checksum =
        offload.partial_checksum || (told.auxiliary.tp_status & TP_STATUS_CSUMNOTREADY);
    seen.segment_size = offload.segment_size;
    each(seen);
  }
  return count;
}

int PacketSocket::buffer_size() const {
  int size = 0;
  socklen_t length = sizeof size;
  check(::getsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &size, &length), "read capture buffer size",
        "SO_RCVBUF");
  return size;
}

uint64_t PacketSocket::lost() {
  tpacket_stats statistics{};
  socklen_t size = sizeof statistics;
  // Reading sets the kernel's counters back to zero.
  check(::getsockopt(fd(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size),
        "read capture statistics", "PACKET_STATISTICS");
  lost_ += statistics.tp_drops;
  return lost_;
}

}  // namespace lvslab::kernel
