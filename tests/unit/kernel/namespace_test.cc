#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/interface_name.hh"
#include "emulator/kernel/offload.hh"
#include "emulator/kernel/user_namespace.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

BOOST_AUTO_TEST_SUITE(kernel_namespace)

BOOST_AUTO_TEST_CASE(made_is_another_and_the_thread_is_back) {
  in_child([] {
    const uint64_t home = Namespace::current().inode();
    const Namespace made = Namespace::make();
    expect(made.inode() != home, "a namespace of its own");
    expect(Namespace::current().inode() == home, "back after making one");
    expect(made.run([] { return Namespace::current().inode(); }) == made.inode(), "run() inside");
    expect(Namespace::current().inode() == home, "back after run()");
    message_of<UsageError>([&] { made.run([] { throw UsageError("out"); }); });
    expect(Namespace::current().inode() == home, "back after an exception");
  });
}

BOOST_AUTO_TEST_CASE(entering_nests) {
  in_child([] {
    const Namespace a = Namespace::make(), b = Namespace::make();
    const Entered in_a = a.enter();
    {
      const Entered in_b = b.enter();
      expect(Namespace::current().inode() == b.inode(), "in the inner one");
    }
    expect(Namespace::current().inode() == a.inode(), "back in the outer one");
  });
}

BOOST_AUTO_TEST_CASE(closing_the_last_descriptor_removes_it_and_its_links) {
  in_child([] {
    const Namespace stays = Namespace::make();
    Netlink netlink(stays);
    std::optional<Namespace> goes(Namespace::make());
    netlink.create_veth({"near", Segment::mac(1)}, {"far", Segment::mac(2)}, *goes);
    expect(!eventually([&] { return !netlink.has("near"); }, kShort), "there while it is held");
    goes.reset();
    expect(eventually([&] { return !netlink.has("near"); }, std::chrono::seconds(1)),
           "gone within a second");
  });
}

BOOST_AUTO_TEST_CASE(moved_from_holds_nothing) {
  in_child([] {
    Namespace a = Namespace::make();
    const uint64_t inode = a.inode();
    const Namespace b = std::move(a);
    expect(a.fd() == -1 && b.inode() == inode, "the descriptor moved");
  });
}

BOOST_AUTO_TEST_CASE(root_of_a_user_namespace_makes_network_namespaces) {
  in_child([] {
    UserNamespace::unshare();
    expect(UserNamespace::privileged(), "all capabilities there");
    Namespace::make();
  });
}

BOOST_AUTO_TEST_CASE(without_privilege_the_remedy_is_named) {
  in_child([] {
    UserNamespace::unshare();
    // What forbids a further one: the limit of this one.
    FILE* limit = std::fopen("/proc/sys/user/max_net_namespaces", "w");
    expect(limit && std::fputs("0", limit) >= 0 && std::fclose(limit) == 0, "limit set");
    expect_contains(message_of<Unavailable>([] { Namespace::make(); }),
                    "sysctl -w user.max_net_namespaces=");
  });
}

BOOST_AUTO_TEST_CASE(names_are_refused_not_cut) {
  BOOST_CHECK_NO_THROW(check_interface_name("fifteen-letters"));
  BOOST_CHECK_NO_THROW(check_interface_name("eth0.100"));
  for (const char* bad : {"sixteen-letters-", "", ".", "..", "a/b", "a b", "a:b"})
    BOOST_CHECK_THROW(check_interface_name(bad), UsageError);
  in_child([] {
    const Namespace in = Namespace::make(), far = Namespace::make();
    Netlink netlink(in);
    const std::string message = message_of<UsageError>([&] {
      netlink.create_veth({"realserver-eth0x", Segment::mac(1)}, {"b", Segment::mac(2)}, far);
    });
    expect_contains(message, "'realserver-eth0x' has 16 characters; Linux takes at most 15");
    expect(netlink.interfaces().size() == 1, "nothing was made but lo");
  });
}

BOOST_AUTO_TEST_CASE(offloads_are_switched_and_a_missing_interface_is_named) {
  in_child([] {
    const Namespace in = Namespace::make(), far = Namespace::make();
    Netlink(in).create_veth({"a", Segment::mac(1)}, {"b", Segment::mac(2)}, far);
    set_offloads(in, "a", false);
    set_offloads(in, "a", true);
    const std::string message = message_of<SystemError>([&] { set_offloads(in, "nix", false); });
    expect_contains(message, "(nix): No such device");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
