#include "emulator/kernel/announce.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/server.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

Service named(const std::string& name) {
  return [name](const Arrival&) { return Reply(name); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_announce)

// Whoever knew the old owner's MAC speaks to the new one as soon as it is announced, not before.
BOOST_AUTO_TEST_CASE(an_address_that_moves_is_found) {
  in_child([] {
    Segment segment(true);
    const UdpServer second(segment.loop, segment.hosts[1], 53, named("second"));
    const UdpServer third(segment.loop, segment.hosts[2], 53, named("third"));
    const std::string addresses[] = {"192.0.2.9/32", "2001:db8::9/128"};
    for (const std::string& text : addresses) {
      const wire::Prefix address = prefix(text);
      const wire::Endpoint target{address.address, 53};
      const auto ask = [&](Duration timeout) {
        return udp_request(segment.loop, segment.hosts[0], target, 0, "?", true, timeout);
      };
      const auto add = [&](const Namespace& host) {
        Netlink netlink(host);
        netlink.add_address("eth0", address);
        const std::string names[] = {"eth0"};
        netlink.wait_up(names, kLong);
      };
      add(segment.hosts[1]);
      expect(ask(kLong).reply == "second", text + " is the second host's");
      Netlink(segment.hosts[1]).remove_address("eth0", address);
      add(segment.hosts[2]);
      expect(ask(kShort).outcome != ClientOutcome::answered, text + " is not found yet");
      announce(segment.hosts[2], "eth0", Segment::mac(3), address.address, false);
      expect(ask(kLong).reply == "third", text + " is the third host's");
    }
  });
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_not_there) {
  in_child([] {
    const Namespace host = Namespace::make();
    const auto said = message_of<SystemError>(
        [&] { announce(host, "eth7", Segment::mac(1), ip("192.0.2.9"), false); });
    expect_contains(said, "announce 192.0.2.9");
    expect_contains(said, "eth7");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
