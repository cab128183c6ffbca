#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <set>

#include "emulator/base/error.hh"
#include "emulator/kernel/netlink.hh"

namespace lvslab::kernel {

namespace {

constexpr uint8_t kOperationallyUnknown = 0, kOperationallyUp = 6;  // RFC 2863; IF_OPER_*

// IFF_LOWER_UP: carrier. <linux/if.h> has it, which does not go with <net/if.h>.
constexpr unsigned kLowerUp = 1U << 16;

struct LinkState {
  std::string name;
  bool ready = false;
};

// A veth pair is made with its carrier off, then goes on; in between its state is unknown and its
// queue drops what is sent. Loopback, TUN and TAP begin with it on and stay unknown for ever.
bool reports_state(nlattr* link_info) {
  if (!link_info) return false;
  const nlattr* kind =
      nla_find(static_cast<nlattr*>(nla_data(link_info)), nla_len(link_info), IFLA_INFO_KIND);
  return kind && std::strcmp(static_cast<const char*>(nla_data(kind)), "veth") == 0;
}

// A bridge forwards to a port only in this state, which follows the port's carrier a little later.
bool is_forwarding_or_no_port(nlattr* link_info) {
  if (!link_info) return true;
  const nlattr* kind =
      nla_find(static_cast<nlattr*>(nla_data(link_info)), nla_len(link_info), IFLA_INFO_SLAVE_KIND);
  if (!kind || std::strcmp(static_cast<const char*>(nla_data(kind)), "bridge") != 0) return true;
  nlattr* data =
      nla_find(static_cast<nlattr*>(nla_data(link_info)), nla_len(link_info), IFLA_INFO_SLAVE_DATA);
  if (!data) return true;
  const nlattr* state =
      nla_find(static_cast<nlattr*>(nla_data(data)), nla_len(data), IFLA_BRPORT_STATE);
  return !state || nla_get_u8(state) == BR_STATE_FORWARDING;
}

LinkState read_link(nlmsghdr* message, const ifinfomsg& header) {
  LinkState link;
  if (const nlattr* name = nlmsg_find_attr(message, sizeof header, IFLA_IFNAME))
    link.name = static_cast<const char*>(nla_data(name));
  const nlattr* state = nlmsg_find_attr(message, sizeof header, IFLA_OPERSTATE);
  const uint8_t operational = state ? nla_get_u8(state) : kOperationallyUnknown;
  nlattr* info = nlmsg_find_attr(message, sizeof header, IFLA_LINKINFO);
  const bool up = operational == kOperationallyUp ||
                  (operational == kOperationallyUnknown && !reports_state(info));
  link.ready = up && (header.ifi_flags & IFF_UP) && (header.ifi_flags & kLowerUp) &&
               is_forwarding_or_no_port(info);
  return link;
}

std::map<int, LinkState> read_links(NetlinkSocket& socket) {
  std::map<int, LinkState> links;
  socket.dump(RTM_GETLINK, AF_UNSPEC, [&](nlmsghdr* message) {
    ifinfomsg header{};
    std::memcpy(&header, nlmsg_data(message), sizeof header);
    links[header.ifi_index] = read_link(message, header);
  });
  return links;
}

void mark_tentative(NetlinkSocket& socket, std::map<int, LinkState>& links) {
  socket.dump(RTM_GETADDR, AF_INET6, [&](nlmsghdr* message) {
    ifaddrmsg header{};
    std::memcpy(&header, nlmsg_data(message), sizeof header);
    const auto link = links.find(static_cast<int>(header.ifa_index));
    if (link != links.end() && (header.ifa_flags & IFA_F_TENTATIVE)) link->second.ready = false;
  });
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<std::string> Netlink::interfaces() {
  std::vector<std::string> names;
  for (const auto& [index, link] : read_links(socket_)) names.push_back(link.name);
  return names;
}

std::vector<std::string> Netlink::not_up(std::span<const std::string> names) {
  auto links = read_links(socket_);
  mark_tentative(socket_, links);
  std::set<std::string> ready;
  for (const auto& [index, link] : links)
    if (link.ready) ready.insert(link.name);
  std::vector<std::string> missing;
  for (const std::string& name : names)
    if (!ready.contains(name)) missing.push_back(name);
  return missing;
}

void Netlink::wait_up(std::span<const std::string> names, Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  socket_.flush();
  // Subscribed before the first look, so that no change falls in between.
  news_.subscribe(RTNLGRP_LINK);
  news_.subscribe(RTNLGRP_IPV6_IFADDR);
  for (;;) {
    const std::vector<std::string> missing = not_up(names);
    if (missing.empty()) break;
    pollfd readable{news_.fd(), POLLIN, 0};
    const int left = milliseconds_until(deadline);
    if (left == 0) throw SystemError("wait for links to come up", join(missing), ETIMEDOUT);
    ::poll(&readable, 1, left);
    news_.drain();
  }
  // The state is set just before the queue and the bridge port are started, under the lock that a
  // change needs: one that changes nothing returns after they are.
  if (names.empty()) return;
  ifinfomsg header{};
  header.ifi_index = index_of(names.front());
  socket_.submit(NetlinkRequest(RTM_SETLINK, 0, "wait for link", names.front()).header(header));
  socket_.flush();
}

}  // namespace lvslab::kernel
