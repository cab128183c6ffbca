#include "emulator/kernel/tap.hh"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/virtio_header.hh"

namespace lvslab::kernel {

namespace {

constexpr const char* kDevice = "/dev/net/tun";
// An ordinary frame fits; what is longer goes on in the thread's overflow buffer and is copied.
constexpr size_t kOrdinary = 2048;

// USO came with Linux 6.2; Debian 12's headers do not name it.
constexpr unsigned kUso4 = 0x20, kUso6 = 0x40;

FileDescriptor open_device() {
  FileDescriptor fd(::open(kDevice, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (fd) return fd;
  const std::string reason = std::string(kDevice) + ": " + std::strerror(errno) + "; ";
  if (errno == EACCES || errno == EPERM)
    throw Unavailable("TAP devices", reason + "sudo chmod 0666 " + kDevice + ", or run as root");
  if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
    throw Unavailable("TAP devices",
                      reason + "sudo modprobe tun (in a container: --device " + kDevice + ")");
  throw SystemError("open", kDevice, errno);
}

void set_offload(int fd, const std::string& name, bool on) {
  const unsigned basic = on ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0U;
  if (on && ::ioctl(fd, TUNSETOFFLOAD, basic | kUso4 | kUso6) == 0) return;
  check(::ioctl(fd, TUNSETOFFLOAD, basic), "set offloads of TAP device", name);
}

wire::Frame frame_of(wire::Frame front, Bytes rest, size_t size) {
  if (size <= front.size()) {
    front.truncate(size);
    return front;
  }
  wire::Frame whole(size);
  std::memcpy(whole.data(), front.data(), front.size());
  std::memcpy(whole.data() + front.size(), rest.data(), size - front.size());
  return whole;
}

}  // namespace

FileDescriptor open_tun(std::string_view name, short flags) {
  ifreq request = interface_request(name);
  FileDescriptor fd = open_device();
  request.ifr_flags = flags;
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) {
    if (errno == EPERM)
      throw Unavailable("TAP devices",
                        "making one needs CAP_NET_ADMIN in its network namespace; run as root");
    throw SystemError("make TAP or TUN device", name, errno);
  }
  check(::ioctl(fd.get(), TUNSETPERSIST, 1), "tie TAP or TUN device to its namespace", name);
  return fd;
}

Tap::Tap(const Namespace& in, std::string_view name, const TapOptions& options)
    : name_(name), fd_(in.run([&] { return open_tun(name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR); })) {
  int header_size = static_cast<int>(kVirtioHeaderSize), little_endian = 1;
  check(::ioctl(fd(), TUNSETVNETHDRSZ, &header_size), "set header size of TAP device", name);
  check(::ioctl(fd(), TUNSETVNETLE, &little_endian), "set byte order of TAP device", name);
  set_offload(fd(), name_, options.offload);
}

std::optional<wire::Frame> Tap::read() {
  thread_local std::array<uint8_t, wire::kLargestFrame - kOrdinary> overflow;
  VirtioHeader header;
  wire::Frame front(kOrdinary);
  const iovec parts[] = {{header.data(), header.size()},
                         {front.data(), front.size()},
                         {overflow.data(), overflow.size()}};
  const ssize_t got = ::readv(fd(), parts, 3);
  if (got < static_cast<ssize_t>(header.size())) return {};
  const size_t size = static_cast<size_t>(got) - header.size();
  wire::Frame frame = frame_of(std::move(front), overflow, size);
  frame.set_offload(read_virtio_header(header, size));
  return frame;
}

bool Tap::write(const wire::Frame& frame) {
  VirtioHeader header = make_virtio_header(frame.offload());
  const iovec parts[] = {{header.data(), header.size()},
                         {const_cast<uint8_t*>(frame.data()), frame.size()}};
  return ::writev(fd(), parts, 2) >= 0;
}

}  // namespace lvslab::kernel
