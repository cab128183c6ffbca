#pragma once
// Links, bridges, addresses, routes and neighbours of one namespace, over one netlink socket: no
// program is started. Names are resolved in that namespace. What is made here is not undone link by
// link (16 ms each): it goes with its namespace.
//
// Every refusal is a SystemError naming what was tried and on what. A name that is too long is a
// UsageError before anything is tried.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/kernel/netlink_socket.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// One end of a veth pair.
struct VethEnd {
  std::string name;
  wire::Mac mac;
};

struct Route {
  wire::Prefix to;                        // 0.0.0.0/0 or ::/0: the default route
  std::optional<wire::IpAddress> via;     // none: on link
  std::string interface;                  // "": found by `via`
  std::optional<wire::IpAddress> source;  // preferred source address of what this host originates
};

class Netlink {
 public:
  explicit Netlink(const Namespace& in);

  // A pair whose near end is here and whose far end is in `far_ns`; one queue each, so that frames
  // keep their order. With `up`, both are set up, in a batch at its end: IPv6 noise must have been
  // silenced before (silence_ipv6). mtu in bytes without the Ethernet header.
  void create_veth(const VethEnd& near, const VethEnd& far, const Namespace& far_ns,
                   unsigned mtu = 1500, bool up = true);
  // No spanning tree, no forward delay, no multicast snooping, no netfilter calls; up.
  void create_bridge(std::string_view name, const wire::Mac& mac, unsigned mtu = 1500);
  // The port learns nothing: addresses given with add_fdb() are reachable behind it, and all others
  // if unicast to `unknown` ones is flooded to it. Broadcast and multicast always are.
  enum class Unknown : uint8_t { dropped, flooded };
  void enslave(std::string_view port, std::string_view bridge, Unknown unknown = Unknown::dropped);
  void add_fdb(std::string_view port, const wire::Mac& mac);

  void set_up(std::string_view name);
  void set_down(std::string_view name);
  void set_mtu(std::string_view name, unsigned mtu);
  void set_mac(std::string_view name, const wire::Mac& mac);
  // The link must be down on kernels before 6.2.
  void rename(std::string_view name, std::string_view new_name);
  void remove(std::string_view name);

  // IPv6 without duplicate address detection (nodad). The prefix's network becomes a route on link.
  void add_address(std::string_view interface, const wire::Prefix& address);
  void remove_address(std::string_view interface, const wire::Prefix& address);
  void add_route(const Route& route);
  void remove_route(const Route& route);
  // A permanent neighbour, never probed.
  void add_neighbour(std::string_view interface, const wire::IpAddress& address,
                     const wire::Mac& mac);
  // All learned neighbours go; permanent ones stay.
  void flush_neighbours();

  // Requests between these two travel together (see netlink_socket.hh); errors show at end_batch().
  // Anything that needs an interface's index sends what waits first: make all links, then the rest.
  void begin_batch();
  void end_batch();

  // Throws SystemError (ENODEV) when there is no such interface.
  int index_of(std::string_view interface);
  bool has(std::string_view interface);
  // All interfaces here, lo included.
  std::vector<std::string> interfaces();

  // Until each can carry frames: operationally up, forwarding where it is a bridge port, none of
  // its IPv6 addresses tentative. Waits for the kernel's notifications; throws SystemError
  // (ETIMEDOUT) naming those not up when `timeout` passed.
  void wait_up(std::span<const std::string> names, Duration timeout);

  NetlinkSocket& socket() { return socket_; }

 private:
  struct FarEnd {
    Namespace in;
    std::string name;
  };
  static void raise(const FarEnd& end);
  int find(std::string_view interface);  // 0: not there
  std::vector<std::string> not_up(std::span<const std::string> names);

  NetlinkSocket socket_;
  NetlinkSocket news_;    // notifications, for wait_up()
  FileDescriptor query_;  // a datagram socket here, for SIOCGIFINDEX
  bool batching_ = false;
  std::vector<FarEnd> far_ends_;  // of a batch, to be set up when it is done
};

// Before links are made: new interfaces take no link-local address and send no router
// solicitations. `ipv6` false: no IPv6 at all, so no MLD report either.
void silence_ipv6(const Namespace& in, bool ipv6);
// Bridged frames do not pass the machine's iptables rules (net.bridge.bridge-nf-call-*, where
// there).
void keep_netfilter_off_bridges(const Namespace& in);

}  // namespace lvslab::kernel
