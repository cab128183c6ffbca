#include "emulator/kernel/tap.hh"

#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/server.hh"
#include "emulator/kernel/virtio_header.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/describe.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

// A kernel host 192.0.2.1 on tap0; we are 192.0.2.2 at the other side.
struct Side {
  Namespace host = Namespace::make();
  Tap tap;
  EventLoop loop;

  explicit Side(bool offload) : tap(host, "tap0", {.offload = offload}) {
    silence_ipv6(host, false);
    Netlink netlink(host);
    netlink.set_mac("tap0", Segment::mac(1));
    netlink.set_up("tap0");
    netlink.add_address("tap0", prefix("192.0.2.1/24"));
    netlink.add_neighbour("tap0", ip("192.0.2.2"), Segment::mac(2));
    netlink.wait_up(std::vector<std::string>{"tap0"}, kLong);
  }

  // The next UDP frame that the host sends.
  std::optional<wire::Frame> next_udp() {
    std::optional<wire::Frame> found;
    const auto token = loop.add(tap.fd(), EPOLLIN, [&](uint32_t) {
      while (auto frame = tap.read())
        if (frame->size() > 42 && frame->data()[23] == wire::proto::kUdp && !found)
          found = std::move(frame);
    });
    loop.run_until([&] { return found.has_value(); }, loop.now() + kLong);
    return found;
  }
};

bool udp_checksum_good(const wire::Frame& frame) {
  const auto packet = wire::Ipv4View::over(frame.bytes().subspan(wire::kEthernetSize));
  if (!packet) return false;
  const Bytes segment = packet->payload();
  return wire::checksum_ok(
      segment, wire::pseudo_header_sum(packet->source(), packet->destination(), packet->protocol(),
                                       static_cast<uint32_t>(segment.size())));
}

std::vector<uint8_t> reply_bytes(uint16_t to_port) {
  return (Tins::EthernetII("02:00:00:00:00:01", "02:00:00:00:00:02") /
          Tins::IP("192.0.2.1", "192.0.2.2") / Tins::UDP(to_port, 7) / Tins::RawPDU("pong"))
      .serialize();
}

// The reply with only the pseudo header's sum in its checksum field.
wire::Frame partial_reply(uint16_t to_port) {
  wire::Frame frame = wire::Frame::copy_of(reply_bytes(to_port));
  const uint64_t sum = wire::pseudo_header_sum(ip("192.0.2.2"), ip("192.0.2.1"), wire::proto::kUdp,
                                               wire::kUdpSize + 4);
  store_be16(frame.data() + 40, wire::checksum_fold(sum));
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_tap)

BOOST_AUTO_TEST_CASE(round_trip_without_offloads) {
  in_child([] {
    Side side(false);
    UdpRequest request(side.loop, side.host, endpoint("192.0.2.2:7"), 4000, "ping", false, kLong);
    const auto asked = side.next_udp();
    expect(asked.has_value(), "the host's datagram");
    const auto ethernet = wire::EthernetView::over(asked->bytes());
    expect(ethernet->source() == Segment::mac(1) && ethernet->destination() == Segment::mac(2),
           "between the two");
    expect(!asked->offload().partial_checksum && udp_checksum_good(*asked), "checksum filled in");
    expect(side.tap.write(wire::Frame::copy_of(reply_bytes(4000))), "written");
    expect(request.finish().reply == "pong", "answered");
    expect(!side.tap.read(), "and nothing else");
  });
}

BOOST_AUTO_TEST_CASE(partial_checksums_pass_both_ways_with_offloads) {
  in_child([] {
    Side side(true);
    UdpRequest request(side.loop, side.host, endpoint("192.0.2.2:7"), 4000, "ping", false, kLong);
    const auto asked = side.next_udp();
    expect(asked.has_value(), "the host's datagram");
    const wire::Offload& offload = asked->offload();
    expect(offload.partial_checksum && offload.checksum_start == 34 && offload.checksum_offset == 6,
           "left to the device: " + wire::describe(asked->bytes()));
    wire::Frame reply = partial_reply(4000);
    reply.set_offload({true, 34, 6, wire::Segmentation::none, 0});
    expect(side.tap.write(reply), "written");
    expect(request.finish().reply == "pong", "accepted as it is");
  });
}

BOOST_AUTO_TEST_CASE(a_partial_checksum_that_is_not_declared_is_a_wrong_one) {
  in_child([] {
    Side side(true);
    UdpRequest request(side.loop, side.host, endpoint("192.0.2.2:7"), 4000, "ping", false, kShort);
    expect(side.next_udp().has_value(), "the host's datagram");
    expect(side.tap.write(partial_reply(4000)), "written");
    expect(request.finish().outcome == ClientOutcome::timeout, "dropped by the host");
  });
}

BOOST_AUTO_TEST_CASE(a_frame_longer_than_an_ordinary_one_is_whole) {
  in_child([] {
    Side side(false);
    Netlink(side.host).set_mtu("tap0", 9000);
    std::string payload(8000, 'x');
    payload[5000] = 'y';
    UdpRequest request(side.loop, side.host, endpoint("192.0.2.2:7"), 4000, payload, true, kShort);
    const auto asked = side.next_udp();
    expect(asked && asked->size() == 42 + payload.size() && udp_checksum_good(*asked), "whole");
    expect(std::equal(payload.begin(), payload.end(), asked->data() + 42), "byte for byte");
  });
}

BOOST_AUTO_TEST_CASE(goes_with_its_namespace) {
  in_child([] {
    const Namespace witness = Namespace::make();
    Netlink netlink(witness);
    {
      const Namespace in = Namespace::make();
      netlink.create_veth({"w", Segment::mac(1)}, {"x", Segment::mac(2)}, in);
      const Tap tap(in, "tap0");
      expect(Netlink(in).has("tap0"), "there");
      expect_contains(message_of<SystemError>([&] { Tap(in, "tap0"); }), "(tap0): Device or res");
      message_of<UsageError>([&] { Tap(in, "a-name-too-long!"); });
    }
    // An open TAP would keep its namespace, and with it the link between the two.
    expect(eventually([&] { return !netlink.has("w"); }, kLong), "gone");
  });
}

BOOST_AUTO_TEST_CASE(a_frame_for_an_interface_that_is_down_is_not_taken) {
  in_child([] {
    const Namespace in = Namespace::make();
    Tap tap(in, "tap0");
    expect(!tap.write(wire::Frame::copy_of(reply_bytes(1))), "not while down");
    Netlink(in).set_up("tap0");
    expect(tap.write(wire::Frame::copy_of(reply_bytes(1))), "but when up");
  });
}

BOOST_AUTO_TEST_CASE(virtio_header_says_the_same_both_ways) {
  const wire::Offload offload{true, 34, 16, wire::Segmentation::tcp4, 1448};
  const VirtioHeader header = make_virtio_header(offload);
  const VirtioHeader bytes = {1, 1, 0, 0, 0xa8, 0x05, 34, 0, 16, 0};
  BOOST_TEST((header == bytes));
  const wire::Offload read = read_virtio_header(header, 3000);
  BOOST_TEST(read.partial_checksum);
  BOOST_TEST(read.checksum_start == 34);
  BOOST_TEST(read.checksum_offset == 16);
  BOOST_TEST((read.segmentation == wire::Segmentation::tcp4));
  BOOST_TEST(read.segment_size == 1448);
  // A checksum field outside the frame is nobody's to write.
  BOOST_TEST(!read_virtio_header(header, 51).partial_checksum);
  BOOST_TEST(read_virtio_header(header, 52).partial_checksum);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
