#include "emulator/kernel/netlink.hh"

#include <linux/rtnetlink.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/server.hh"
#include "emulator/kernel/sysctl.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

// A host with one interface whose peer is in another namespace.
struct Pair {
  Namespace here = Namespace::make(), there = Namespace::make();
  Netlink netlink{here};
  explicit Pair(bool up = true) {
    silence_ipv6(here, true);
    silence_ipv6(there, true);
    netlink.create_veth({"a", Segment::mac(1)}, {"b", Segment::mac(2)}, there, 1400, up);
  }
};

size_t learned_neighbours(Netlink& netlink) {
  size_t count = 0;
  netlink.socket().dump(RTM_GETNEIGH, AF_INET, [&](nlmsghdr* message) {
    ndmsg header{};
    std::memcpy(&header, nlmsg_data(message), sizeof header);
    if ((header.ndm_state & (NUD_PERMANENT | NUD_NOARP)) == 0) ++count;
  });
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_netlink)

BOOST_AUTO_TEST_CASE(veth_pair_with_its_ends_where_they_belong) {
  in_child([] {
    Pair pair;
    Netlink other(pair.there);
    expect(pair.netlink.interfaces() == std::vector<std::string>{"lo", "a"}, "near end here");
    expect(other.interfaces() == std::vector<std::string>{"lo", "b"}, "far end there");
    expect(get_sysctl(pair.there, "net.ipv6.conf.b.mtu") == "1400", "MTU of the far end");
    pair.netlink.wait_up(std::vector<std::string>{"a"}, kLong);
    other.wait_up(std::vector<std::string>{"b"}, kLong);
  });
}

BOOST_AUTO_TEST_CASE(waiting_names_the_link_that_does_not_come_up) {
  in_child([] {
    Pair pair(false);
    pair.netlink.set_up("a");  // its peer is down: no carrier
    const std::vector<std::string> names = {"a"};
    expect_contains(message_of<SystemError>([&] { pair.netlink.wait_up(names, kShort); }),
                    "wait for links to come up (a): Connection timed out");
    Netlink(pair.there).set_up("b");
    pair.netlink.wait_up(names, kLong);
    expect_contains(message_of<SystemError>([&] {
                      pair.netlink.wait_up(std::vector<std::string>{"a", "nix"}, kShort);
                    }),
                    "(nix)");
  });
}

BOOST_AUTO_TEST_CASE(errors_name_attempt_and_object) {
  in_child([] {
    Pair pair;
    Netlink& netlink = pair.netlink;
    const auto refused = [](const std::function<void()>& work) {
      return message_of<SystemError>(work);
    };
    netlink.create_bridge("br0", Segment::mac(3));
    expect(refused([&] { netlink.create_bridge("br0", Segment::mac(3)); }) ==
               "cannot create bridge (br0): File exists",
           "a bridge that is there");
    expect(refused([&] { netlink.set_up("nix"); }) == "cannot set link up (nix): No such device",
           "a link that is not there");
    expect(refused([&] { netlink.add_address("nix", prefix("192.0.2.1/24")); }) ==
               "cannot find interface (nix): No such device",
           "an address without interface");
    expect_contains(
        refused([&] {
          netlink.create_veth({"a", Segment::mac(1)}, {"c", Segment::mac(2)}, pair.there);
        }),
        "create veth pair (a and c): File exists");
    expect_contains(refused([&] {
                      netlink.add_route({prefix("198.51.100.0/24"), ip("203.0.113.1"), "a", {}});
                    }),
                    "add route (198.51.100.0/24 via 203.0.113.1 dev a)");
    expect_contains(refused([&] { netlink.add_fdb("a", Segment::mac(2)); }),
                    "add forwarding entry (a 02:00:00:00:00:02)");
    netlink.add_address("a", prefix("192.0.2.1/24"));
    expect(refused([&] { netlink.add_address("a", prefix("192.0.2.1/24")); }) ==
               "cannot add address (a 192.0.2.1/24): File exists",
           "an address that is there");
  });
}

BOOST_AUTO_TEST_CASE(a_batch_reports_the_one_that_failed_and_does_the_others) {
  in_child([] {
    const Namespace here = Namespace::make();
    Netlink netlink(here);
    netlink.begin_batch();
    netlink.create_bridge("br0", Segment::mac(1));
    netlink.set_up("nix");
    netlink.create_bridge("br1", Segment::mac(2));
    expect(message_of<SystemError>([&] { netlink.end_batch(); }) ==
               "cannot set link up (nix): No such device",
           "the second of three");
    expect(netlink.has("br0") && netlink.has("br1"), "first and third done");
    netlink.set_up("br0");  // the socket is in step again
  });
}

BOOST_AUTO_TEST_CASE(rename_addresses_and_removal) {
  in_child([] {
    Pair pair(false);
    Netlink& netlink = pair.netlink;
    netlink.rename("a", "eth0");
    expect(netlink.has("eth0") && !netlink.has("a"), "renamed");
    netlink.set_mac("eth0", Segment::mac(7));
    netlink.set_mtu("eth0", 9000);
    expect(get_sysctl(pair.here, "net.ipv6.conf.eth0.mtu") == "9000", "MTU changed");
    netlink.set_up("eth0");
    netlink.add_address("eth0", prefix("192.0.2.1/24"));
    netlink.add_route({prefix("0.0.0.0/0"), ip("192.0.2.254"), "", {}});
    netlink.add_route({prefix("198.51.100.0/24"), {}, "eth0", ip("192.0.2.1")});
    netlink.remove_route({prefix("198.51.100.0/24"), {}, "eth0", {}});
    netlink.remove_address("eth0", prefix("192.0.2.1/24"));
    netlink.remove("eth0");
    expect(!netlink.has("eth0") && !Netlink(pair.there).has("b"), "removed with its peer");
  });
}

BOOST_AUTO_TEST_CASE(ipv6_is_silent_or_off) {
  in_child([] {
    Pair pair;
    pair.netlink.add_address("a", prefix("2001:db8::1/64"));
    pair.netlink.wait_up(std::vector<std::string>{"a"}, kLong);
    size_t addresses = 0;
    pair.netlink.socket().dump(RTM_GETADDR, AF_INET6, [&](nlmsghdr*) { ++addresses; });
    expect(addresses == 1, "no link-local address beside the one given");
    silence_ipv6(pair.there, false);
    Netlink other(pair.there);
    expect(message_of<SystemError>([&] {
             other.add_address("b", prefix("2001:db8::2/64"));
           }).starts_with("cannot add address (b 2001:db8::2/64)"),
           "IPv6 refused where it is off");
  });
}

BOOST_AUTO_TEST_CASE(learned_neighbours_are_flushed_permanent_ones_stay) {
  in_child([] {
    Segment segment;
    const UdpServer echo(segment.loop, segment.hosts[1], 7,
                         [](const Arrival& a) { return std::string(a.bytes); });
    udp_request(segment.loop, segment.hosts[0], endpoint("192.0.2.2:7"), 0, "x", false, kLong);
    Netlink netlink(segment.hosts[0]);
    netlink.add_neighbour("eth0", ip("192.0.2.3"), Segment::mac(3));
    expect(learned_neighbours(netlink) == 1, "one learned");
    netlink.flush_neighbours();
    expect(learned_neighbours(netlink) == 0, "none learned");
    size_t permanent = 0;
    netlink.socket().dump(RTM_GETNEIGH, AF_INET, [&](nlmsghdr*) { ++permanent; });
    expect(permanent >= 1, "the permanent one is there");
  });
}

BOOST_AUTO_TEST_CASE(many_links_at_once) {
  in_child([] {
    constexpr int kPairs = 100;  // more than one batch holds
    const Namespace here = Namespace::make(), there = Namespace::make();
    silence_ipv6(here, false);
    silence_ipv6(there, false);
    Netlink netlink(here);
    netlink.begin_batch();
    std::vector<std::string> names;
    for (int i = 0; i < kPairs; ++i) {
      names.push_back("p" + std::to_string(i));
      netlink.create_veth({names.back(), Segment::mac(1)},
                          {"h" + std::to_string(i), Segment::mac(2)}, there);
    }
    netlink.end_batch();
    netlink.wait_up(names, kLong);
    expect(netlink.interfaces().size() == kPairs + 1, "all are there");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
