#include "emulator/kernel/sysctl.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

BOOST_AUTO_TEST_SUITE(kernel_sysctl)

BOOST_AUTO_TEST_CASE(keys_are_paths_as_sysctl_8_reads_them) {
  const std::string path = "net/ipv4/conf/eth0.100/arp_ignore";
  BOOST_TEST(sysctl_path("net.ipv4.conf.eth0/100.arp_ignore") == path);
  BOOST_TEST(sysctl_path("net/ipv4/conf/eth0.100/arp_ignore") == path);
  BOOST_TEST(sysctl_path("net.ipv4.conf." + sysctl_name("eth0.100") + ".arp_ignore") == path);
  // Dots alone are separators: another file, which is why the forms above exist.
  BOOST_TEST(sysctl_path("net.ipv4.conf.eth0.100.arp_ignore") ==
             "net/ipv4/conf/eth0/100/arp_ignore");
}

BOOST_AUTO_TEST_CASE(only_what_is_a_hosts_own) {
  for (const char* key : {"kernel.hostname", "vm/swappiness", "net/../kernel/hostname",
                          "/proc/sys/net/ipv4/ip_forward", "net", ""})
    BOOST_CHECK_THROW(sysctl_path(key), UsageError);
}

BOOST_AUTO_TEST_CASE(set_in_one_namespace_only) {
  in_child([] {
    const Namespace a = Namespace::make(), b = Namespace::make();
    set_sysctl(b, "net.ipv4.ip_forward", "0");
    set_sysctl(a, "net.ipv4.ip_forward", "1");
    expect(get_sysctl(a, "net.ipv4.ip_forward") == "1", "set here");
    expect(get_sysctl(b, "net.ipv4.ip_forward") == "0", "untouched there");
  });
}

BOOST_AUTO_TEST_CASE(interface_with_a_dot) {
  in_child([] {
    const Namespace a = Namespace::make(), b = Namespace::make();
    Netlink(a).create_veth({"eth0.100", Segment::mac(1)}, {"x", Segment::mac(2)}, b);
    set_sysctl(a, "net.ipv4.conf.eth0/100.arp_ignore", "1");
    expect(get_sysctl(a, "net/ipv4/conf/eth0.100/arp_ignore") == "1", "one and the same");
  });
}

BOOST_AUTO_TEST_CASE(errors_name_key_and_value) {
  in_child([] {
    const Namespace a = Namespace::make();
    expect_contains(
        message_of<SystemError>([&] { set_sysctl(a, "net.ipv4.conf.nix.arp_ignore", "1"); }),
        "set sysctl (net.ipv4.conf.nix.arp_ignore = 1): No such file");
    expect_contains(
        message_of<SystemError>([&] { set_sysctl(a, "net.ipv4.conf.all.arp_ignore", "many"); }),
        "(net.ipv4.conf.all.arp_ignore = many): Invalid argument");
    expect(!set_sysctl_if_there(a, "net.nowhere.key", "1"), "absent is false, not an error");
    expect(set_sysctl_if_there(a, "net.ipv4.conf.all.arp_ignore", "2"), "there is true");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
