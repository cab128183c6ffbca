#include "emulator/kernel/raw_frames.hh"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

RawFrames::RawFrames(const Namespace& in, std::string_view interface)
    : fd_(in.run([&] {
        // Protocol 0: it hears nothing.
        FileDescriptor fd(
            static_cast<int>(check(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                   "make packet socket", interface)));
        ifreq request = interface_request(interface);
        check(::ioctl(fd.get(), SIOCGIFINDEX, &request), "find interface", interface);
        sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_ifindex = request.ifr_ifindex;
        check(::bind(fd.get(), as_sockaddr(address), sizeof address), "bind packet socket",
              interface);
        return fd;
      })) {}

void RawFrames::send(const std::vector<uint8_t>& frame) const {
  const ssize_t sent = ::send(fd_.get(), frame.data(), frame.size(), 0);
  const bool lost = sent < 0 && (errno == EMSGSIZE || errno == ENOBUFS || errno == EAGAIN ||
                                 errno == EINVAL || errno == ENETDOWN);
  if (!lost) check(sent, "send frame", "packet socket");
}

}  // namespace lvslab::kernel
