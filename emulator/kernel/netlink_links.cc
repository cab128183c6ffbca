#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/sysctl.hh"

namespace lvslab::kernel {

namespace {

constexpr int kCreate = NLM_F_CREATE | NLM_F_EXCL;

ifinfomsg link_header(int index = 0, unsigned flags = 0, unsigned mask = 0) {
  ifinfomsg header{};
  header.ifi_index = index;
  header.ifi_flags = flags;
  header.ifi_change = mask;
  return header;
}

// A change to a link found by name: no round trip for its index.
NetlinkRequest change(std::string_view name, const char* attempt, unsigned flags = 0,
                      unsigned mask = 0) {
  check_interface_name(name);
  NetlinkRequest request(RTM_SETLINK, 0, attempt, std::string(name));
  request.header(link_header(0, flags, mask)).put_string(IFLA_IFNAME, name);
  return request;
}

// What both ends of a pair get. One queue: veth would make one for each processor otherwise, which
// costs memory and lets frames of different flows overtake each other.
void put_end(NetlinkRequest& request, const VethEnd& end, unsigned mtu) {
  request.put_string(IFLA_IFNAME, end.name)
      .put_mac(IFLA_ADDRESS, end.mac)
      .put_u32(IFLA_MTU, mtu)
      .put_u32(IFLA_NUM_TX_QUEUES, 1)
      .put_u32(IFLA_NUM_RX_QUEUES, 1);
}

FileDescriptor duplicate(const Namespace& in) {
  return FileDescriptor(static_cast<int>(
      check(::fcntl(in.fd(), F_DUPFD_CLOEXEC, 0), "duplicate descriptor", "network namespace")));
}

}  // namespace

Netlink::Netlink(const Namespace& in)
    : socket_(in), news_(in), query_(in.run([] {
        return FileDescriptor(static_cast<int>(check(
            ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make socket", "interface queries")));
      })) {}

void Netlink::create_veth(const VethEnd& near, const VethEnd& far, const Namespace& far_ns,
                          unsigned mtu, bool up) {
  check_interface_name(near.name);
  check_interface_name(far.name);
  const unsigned flag = up ? unsigned{IFF_UP} : 0U;
  NetlinkRequest request(RTM_NEWLINK, kCreate, "create veth pair", near.name + " and " + far.name);
  request.header(link_header(0, flag, flag));
  put_end(request, near, mtu);
  request.nest(IFLA_LINKINFO, [&](NetlinkRequest& info) {
    info.put_string(IFLA_INFO_KIND, "veth").nest(IFLA_INFO_DATA, [&](NetlinkRequest& data) {
      data.nest(VETH_INFO_PEER, [&](NetlinkRequest& peer) {
        peer.header(link_header());
        put_end(peer, far, mtu);
        peer.put_u32(IFLA_NET_NS_FD, static_cast<uint32_t>(far_ns.fd()));
      });
    });
  });
  socket_.submit(request);
  if (!up) return;
  // The kernel opens the far end before it ties the two together, which veth refuses (ENOTCONN): it
  // is set up afterwards, from its own side.
  FarEnd end{Namespace::adopt(duplicate(far_ns)), far.name};
  if (batching_)
    far_ends_.push_back(std::move(end));
  else
    raise(end);
}

void Netlink::raise(const FarEnd& end) {
  NetlinkSocket(end.in).submit(change(end.name, "set link up", IFF_UP, IFF_UP));
}

void Netlink::begin_batch() {
  batching_ = true;
  socket_.begin_batch();
}

void Netlink::end_batch() {
  batching_ = false;
  const std::vector<FarEnd> ends = std::move(far_ends_);
  far_ends_.clear();
  socket_.end_batch();
  for (const FarEnd& end : ends) raise(end);
}

void Netlink::create_bridge(std::string_view name, const wire::Mac& mac, unsigned mtu) {
  check_interface_name(name);
  NetlinkRequest request(RTM_NEWLINK, kCreate, "create bridge", std::string(name));
  request.header(link_header(0, IFF_UP, IFF_UP))
      .put_string(IFLA_IFNAME, name)
      .put_mac(IFLA_ADDRESS, mac)
      .put_u32(IFLA_MTU, mtu);
  request.nest(IFLA_LINKINFO, [](NetlinkRequest& info) {
    info.put_string(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](NetlinkRequest& data) {
      data.put_u32(IFLA_BR_STP_STATE, 0)
          .put_u32(IFLA_BR_FORWARD_DELAY, 0)
          .put_u8(IFLA_BR_MCAST_SNOOPING, 0);
    });
  });
  socket_.submit(request);
}

void Netlink::enslave(std::string_view port, std::string_view bridge, Unknown unknown) {
  const int master = index_of(bridge);
  NetlinkRequest join = change(port, "make bridge port");
  join.put_u32(IFLA_MASTER, static_cast<uint32_t>(master));
  socket_.submit(join);

  ifinfomsg header = link_header(index_of(port));
  header.ifi_family = AF_BRIDGE;
  NetlinkRequest flags(RTM_SETLINK, 0, "set bridge port flags", std::string(port));
  flags.header(header).nest(IFLA_PROTINFO | NLA_F_NESTED, [&](NetlinkRequest& info) {
    info.put_u8(IFLA_BRPORT_LEARNING, 0)
        .put_u8(IFLA_BRPORT_UNICAST_FLOOD, unknown == Unknown::flooded)
        .put_u8(IFLA_BRPORT_MCAST_FLOOD, 1)
        .put_u8(IFLA_BRPORT_BCAST_FLOOD, 1);
  });
  socket_.submit(flags);
}

void Netlink::add_fdb(std::string_view port, const wire::Mac& mac) {
  ndmsg header{};
  header.ndm_family = AF_BRIDGE;
  header.ndm_ifindex = index_of(port);
  header.ndm_state = NUD_NOARP;  // static: neither learned away nor aged
  header.ndm_flags = NTF_MASTER;
  NetlinkRequest request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, "add forwarding entry",
                         std::string(port) + " " + wire::to_string(mac));
  request.header(header).put_mac(NDA_LLADDR, mac);
  socket_.submit(request);
}

void Netlink::set_up(std::string_view name) {
  socket_.submit(change(name, "set link up", IFF_UP, IFF_UP));
}

void Netlink::set_down(std::string_view name) {
  socket_.submit(change(name, "set link down", 0, IFF_UP));
}

void Netlink::set_mtu(std::string_view name, unsigned mtu) {
  socket_.submit(change(name, "set MTU").put_u32(IFLA_MTU, mtu));
}

void Netlink::set_mac(std::string_view name, const wire::Mac& mac) {
  socket_.submit(change(name, "set MAC address").put_mac(IFLA_ADDRESS, mac));
}

void Netlink::rename(std::string_view name, std::string_view new_name) {
  check_interface_name(new_name);
  NetlinkRequest request(RTM_SETLINK, 0, "rename link",
                         std::string(name) + " to " + std::string(new_name));
  request.header(link_header(index_of(name))).put_string(IFLA_IFNAME, new_name);
  socket_.submit(request);
}

void Netlink::remove(std::string_view name) {
  check_interface_name(name);
  NetlinkRequest request(RTM_DELLINK, 0, "remove link", std::string(name));
  socket_.submit(request.header(link_header()).put_string(IFLA_IFNAME, name));
}

int Netlink::find(std::string_view interface) {
  ifreq request = interface_request(interface);
  socket_.flush();
  if (::ioctl(query_.get(), SIOCGIFINDEX, &request) == 0) return request.ifr_ifindex;
  if (errno != ENODEV) throw SystemError("find interface", interface, errno);
  return 0;
}

int Netlink::index_of(std::string_view interface) {
  if (const int index = find(interface)) return index;
  throw SystemError("find interface", interface, ENODEV);
}

bool Netlink::has(std::string_view interface) {
  return find(interface) != 0;
}

void silence_ipv6(const Namespace& in, bool ipv6) {
  // "default" is what new interfaces begin with; "all" also turns off those that are there (lo).
  if (!ipv6) {
    set_sysctl_if_there(in, "net.ipv6.conf.all.disable_ipv6", "1");
    set_sysctl_if_there(in, "net.ipv6.conf.default.disable_ipv6", "1");
    return;
  }
  set_sysctl_if_there(in, "net.ipv6.conf.all.disable_ipv6", "0");
  set_sysctl_if_there(in, "net.ipv6.conf.default.disable_ipv6", "0");
  set_sysctl_if_there(in, "net.ipv6.conf.default.addr_gen_mode", "1");  // none (RFC 7217, 4291)
  set_sysctl_if_there(in, "net.ipv6.conf.default.router_solicitations", "0");
  set_sysctl_if_there(in, "net.ipv6.conf.default.accept_ra", "0");
  set_sysctl_if_there(in, "net.ipv6.conf.all.accept_dad", "0");
  set_sysctl_if_there(in, "net.ipv6.conf.default.accept_dad", "0");
}

void keep_netfilter_off_bridges(const Namespace& in) {
  for (const char* hook : {"iptables", "ip6tables", "arptables"})
    set_sysctl_if_there(in, std::string("net.bridge.bridge-nf-call-") + hook, "0");
}

}  // namespace lvslab::kernel
