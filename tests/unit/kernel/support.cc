#include "tests/unit/kernel/support.hh"

#include <poll.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include "emulator/base/error.hh"
#include "emulator/kernel/child.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/kernel/user_namespace.hh"

namespace lvslab::kernel::test {

namespace {
const std::string kSkipped = "skipped: ";
}

void in_child(const std::function<void()>& work, Duration timeout) {
  const ChildResult result = run_in_child(
      [&]() -> std::string {
        try {
          if (std::getenv("LVSLAB_TEST_USER_NAMESPACE"))
            UserNamespace::unshare();
          else
            UserNamespace::become_root();
          work();
          return "";
        } catch (const Unavailable& e) {
          return kSkipped + e.what();  // this machine cannot: /dev/net/tun denied, for one
        }
      },
      timeout);
  if (result.output.starts_with(kSkipped)) BOOST_TEST_MESSAGE(result.output);
  BOOST_CHECK_MESSAGE(!result.timed_out, "ended before its deadline");
  BOOST_CHECK_MESSAGE(result.signal == 0, "not killed, but by signal " << result.signal);
  BOOST_CHECK_MESSAGE(result.ok(), result.output);
}

void expect(bool condition, const std::string& sentence) {
  if (!condition) throw std::runtime_error("expected: " + sentence);
}

void expect_contains(const std::string& text, const std::string& part) {
  expect(text.find(part) != std::string::npos, "'" + part + "' in '" + text + "'");
}

bool eventually(const std::function<bool()>& condition, Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

wire::IpAddress ip(const std::string& text) {
  return wire::IpAddress::parse(text).value();
}
wire::Prefix prefix(const std::string& text) {
  return wire::Prefix::parse(text).value();
}
wire::Endpoint endpoint(const std::string& text) {
  return wire::Endpoint::parse(text).value();
}

wire::Mac Segment::mac(int host) {
  return wire::Mac("02:00:00:00:00:0" + std::to_string(host));
}

Segment::Segment(bool ipv6) {
  silence_ipv6(fabric, false);
  keep_netfilter_off_bridges(fabric);
  switching.begin_batch();
  switching.create_bridge("br0", wire::Mac("02:00:00:00:00:fe"));
  std::vector<std::string> ports;
  for (int i = 1; i <= 3; ++i) {
    const Namespace& host = hosts[i - 1];
    silence_ipv6(host, ipv6);
    ports.push_back("p" + std::to_string(i));
    switching.create_veth({ports.back(), wire::Mac("02:00:00:00:01:0" + std::to_string(i))},
                          {"eth0", mac(i)}, host);
  }
  for (int i = 1; i <= 3; ++i) {
    switching.enslave(ports[static_cast<size_t>(i - 1)], "br0");
    switching.add_fdb(ports[static_cast<size_t>(i - 1)], mac(i));
  }
  switching.end_batch();
  for (int i = 1; i <= 3; ++i) {
    Netlink netlink(hosts[i - 1]);
    netlink.set_up("lo");
    netlink.add_address("eth0", prefix("192.0.2." + std::to_string(i) + "/24"));
    if (ipv6) netlink.add_address("eth0", prefix("2001:db8::" + std::to_string(i) + "/64"));
    netlink.wait_up(std::vector<std::string>{"eth0"}, kLong);
  }
  switching.wait_up(ports, kLong);
}

}  // namespace lvslab::kernel::test
