#pragma once
// Who is there: conform::world's addresses in tables, worked out once, and the small numbers that
// stand for ports, protocols and options in a fuzzer's bytes.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "emulator/host/config.hh"
#include "emulator/wire/address.hh"
#include "tests/fuzz/director/events.hh"

namespace lvslab::fuzz {

inline constexpr uint32_t kOutside = 0, kInside = 1;  // ports of the director

// Port 80 first; 21 and 20 are FTP's, 500 IKE's, 0 stands for all.
inline constexpr std::array<uint16_t, 10> kPorts = {80, 8080, 443, 53,    21,
                                                    20, 0,    500, 40000, 65535};
// ICMP stands for ICMPv6 too. The last ones are nobody's.
inline constexpr std::array<uint8_t, 9> kProtocols = {6, 17, 132, 1, 50, 51, 4, 47, 253};

struct Places {
  Places();
  // By [v6].
  std::array<std::vector<wire::IpAddress>, 2> clients;  // on the link first, then remote ones
  std::array<std::vector<wire::IpAddress>, 2> vips;
  // On the link, remote ones, and the director's own address, which makes it a server itself.
  std::array<std::vector<wire::IpAddress>, 2> servers;
  // Where packets go to: virtual addresses first, then the director's, servers, nobody's.
  std::array<std::vector<wire::IpAddress>, 2> targets;
  std::array<wire::Mac, 2> director_mac, router_mac;

  // Whose frames carry packets from that address.
  wire::Mac mac_of(uint32_t port, const wire::IpAddress& address) const;
  host::HostConfig config(const Surroundings& about) const;
  // Which of kConfigs it is, but for its seed.
  static size_t config_number(const Surroundings& about);

 private:
  struct Known {
    wire::IpAddress address;
    wire::Mac mac;
  };
  std::array<std::vector<Known>, 2> neighbours_;
  host::HostConfig plain_;
};
const Places& places();
inline constexpr size_t kConfigs = 16;

// To make a host costs more than most storms: there is one for each config, that make(config) made,
// and every storm restarts it.
template <class Made, class Make>
Made& made_once(const Surroundings& about, Make make) {
  static std::array<std::unique_ptr<Made>, kConfigs> all;
  auto& one = all[Places::config_number(about)];
  if (!one) one = make(places().config(about));
  return *one;
}

// Links: inside MTUs, and bounds of the connection table.
inline constexpr std::array<uint32_t, 4> kMtus = {1500, 1280, 1400, 576};
inline constexpr std::array<size_t, 4> kBounds = {64, 4, 16, 200};

}  // namespace lvslab::fuzz
