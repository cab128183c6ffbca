#pragma once
// What the tests of kernel objects share. Each runs in a child process with a deadline that dies
// with its parent, as root or as root of a user namespace; where neither is possible it is skipped
// and says why. Inside the child a failed expectation throws: its text is what the parent reports.

#include <functional>
#include <string>

#include "emulator/base/time.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel::test {

inline constexpr Duration kLong = std::chrono::seconds(5);
inline constexpr Duration kShort = std::chrono::milliseconds(150);

// The body of a test case.
void in_child(const std::function<void()>& work, Duration timeout = std::chrono::seconds(20));

// Throws when `condition` does not hold: `sentence` says what should have been.
void expect(bool condition, const std::string& sentence);
void expect_contains(const std::string& text, const std::string& part);
// The message of the exception that `work` throws; it must throw an E.
template <class E>
std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const E& e) {
    return e.what();
  }
  throw std::runtime_error("nothing of the expected kind was thrown");
}

// Until the condition holds, asked each millisecond for what the kernel has no notification for.
bool eventually(const std::function<bool()>& condition, Duration timeout);

wire::IpAddress ip(const std::string& text);
wire::Prefix prefix(const std::string& text);
wire::Endpoint endpoint(const std::string& text);

// Three hosts on one bridge: 192.0.2.1, .2 and .3, with ipv6 also 2001:db8::1 and so on, MACs
// 02:00:00:00:00:01 and so on, interfaces eth0; in the fabric their ports are p1, p2, p3 on br0.
// With IPv6 hosts report their multicast groups (MLD) unasked, without it nobody speaks unasked.
struct Segment {
  Namespace fabric = Namespace::make();
  Namespace hosts[3] = {Namespace::make(), Namespace::make(), Namespace::make()};
  Netlink switching{fabric};
  EventLoop loop;

  explicit Segment(bool ipv6 = false);
  static wire::Mac mac(int host);
};

}  // namespace lvslab::kernel::test
