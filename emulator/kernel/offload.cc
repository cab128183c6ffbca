#include "emulator/kernel/offload.hh"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>

#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"

namespace lvslab::kernel {

namespace {

// In the order in which one needs the other when switched on: TSO needs checksums and SG.
constexpr std::pair<uint32_t, const char*> kSwitches[] = {{ETHTOOL_SRXCSUM, "rx checksums"},
                                                          {ETHTOOL_STXCSUM, "tx checksums"},
                                                          {ETHTOOL_SSG, "scatter-gather"},
                                                          {ETHTOOL_STSO, "TSO"},
                                                          {ETHTOOL_SGSO, "GSO"},
                                                          {ETHTOOL_SGRO, "GRO"}};

}  // namespace

void set_offloads(const Namespace& in, std::string_view interface, bool on) {
  const Entered inside(in.fd());
  const FileDescriptor socket(static_cast<int>(
      check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make socket", "ethtool")));
  for (const auto& [command, name] : kSwitches) {
    ethtool_value value{command, on ? 1U : 0U};
    ifreq request = interface_request(interface);
    request.ifr_data = static_cast<char*>(static_cast<void*>(&value));
    if (::ioctl(socket.get(), SIOCETHTOOL, &request) == 0 || errno == EOPNOTSUPP) continue;
    throw SystemError(std::string("switch ") + name + (on ? " on" : " off"), interface, errno);
  }
}

}  // namespace lvslab::kernel
