#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/netlink.hh"

namespace lvslab::kernel {

namespace {

unsigned char family_of(const wire::IpAddress& address) {
  return address.is_v4() ? AF_INET : AF_INET6;
}

NetlinkRequest address_request(int type, int flags, const char* attempt, std::string_view interface,
                               int index, const wire::Prefix& address) {
  ifaddrmsg header{};
  header.ifa_family = family_of(address.address);
  header.ifa_prefixlen = static_cast<unsigned char>(address.length);
  header.ifa_scope = address.address.is_loopback() ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
  header.ifa_index = static_cast<unsigned>(index);
  NetlinkRequest request(type, flags, attempt, std::string(interface) + " " + address.to_string());
  request.header(header)
      .put_address(IFA_LOCAL, address.address)
      .put_address(IFA_ADDRESS, address.address);
  return request;
}

std::string text_of(const Route& route) {
  std::string text = route.to.to_string();
  if (route.via) text += " via " + route.via->to_string();
  if (!route.interface.empty()) text += " dev " + route.interface;
  return text;
}

NetlinkRequest route_request(int type, int flags, const char* attempt, const Route& route,
                             int index) {
  rtmsg header{};
  header.rtm_family = family_of(route.to.address);
  header.rtm_dst_len = static_cast<unsigned char>(route.to.length);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = route.via || route.to.address.is_v6() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  NetlinkRequest request(type, flags, attempt, text_of(route));
  request.header(header);
  if (route.to.length > 0) request.put_address(RTA_DST, route.to.network());
  if (route.via) request.put_address(RTA_GATEWAY, *route.via);
  if (route.source) request.put_address(RTA_PREFSRC, *route.source);
  if (index != 0) request.put_u32(RTA_OIF, static_cast<uint32_t>(index));
  return request;
}

// A learned neighbour, as a dump names it.
struct Neighbour {
  ndmsg header;
  std::vector<uint8_t> address;
};

bool is_learned(const ndmsg& header) {
  return (header.ndm_state & (NUD_PERMANENT | NUD_NOARP)) == 0 && header.ndm_state != NUD_NONE;
}

}  // namespace

void Netlink::add_address(std::string_view interface, const wire::Prefix& address) {
  socket_.submit(address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "add address", interface,
                                 index_of(interface), address));
}

void Netlink::remove_address(std::string_view interface, const wire::Prefix& address) {
  socket_.submit(
      address_request(RTM_DELADDR, 0, "remove address", interface, index_of(interface), address));
}

void Netlink::add_route(const Route& route) {
  const int index = route.interface.empty() ? 0 : index_of(route.interface);
  socket_.submit(route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "add route", route, index));
}

void Netlink::remove_route(const Route& route) {
  const int index = route.interface.empty() ? 0 : index_of(route.interface);
  socket_.submit(route_request(RTM_DELROUTE, 0, "remove route", route, index));
}

void Netlink::add_neighbour(std::string_view interface, const wire::IpAddress& address,
                            const wire::Mac& mac) {
  ndmsg header{};
  header.ndm_family = family_of(address);
  header.ndm_ifindex = index_of(interface);
  header.ndm_state = NUD_PERMANENT;
  NetlinkRequest request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, "add neighbour",
                         std::string(interface) + " " + address.to_string());
  request.header(header).put_address(NDA_DST, address).put_mac(NDA_LLADDR, mac);
  socket_.submit(request);
}

void Netlink::flush_neighbours() {
  std::vector<Neighbour> learned;
  for (const int family : {AF_INET, AF_INET6}) {
    socket_.dump(RTM_GETNEIGH, family, [&](nlmsghdr* message) {
      Neighbour neighbour{};
      std::memcpy(&neighbour.header, nlmsg_data(message), sizeof neighbour.header);
      const nlattr* address = nlmsg_find_attr(message, sizeof(ndmsg), NDA_DST);
      if (!address || !is_learned(neighbour.header)) return;
      neighbour.address.resize(static_cast<size_t>(nla_len(address)));
      std::memcpy(neighbour.address.data(), nla_data(address), neighbour.address.size());
      learned.push_back(neighbour);
    });
  }
  for (const Neighbour& neighbour : learned) {
    NetlinkRequest request(RTM_DELNEIGH, 0, "remove neighbour", "");
    request.header(neighbour.header)
        .put(NDA_DST, neighbour.address.data(), neighbour.address.size());
    const int error = socket_.attempt(request);
    // It may have gone by itself meanwhile.
    if (error != 0 && error != ENOENT) throw SystemError("remove neighbour", "", error);
  }
}

}  // namespace lvslab::kernel
