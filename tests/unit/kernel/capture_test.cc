#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <vector>

#include "emulator/base/error.hh"
#include "emulator/kernel/packet_socket.hh"
#include "emulator/kernel/tap.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

namespace {

// A TAP whose frames the capture sees as incoming: one writer, one capture, nothing else.
struct Writer {
  Namespace in = Namespace::make();
  Tap tap{in, "tap0"};
  Writer() {
    silence_ipv6(in, false);
    Netlink(in).set_up("tap0");
  }
};

wire::Frame frame_of_size(size_t size) {
  wire::Frame frame(size);
  for (size_t i = 0; i < size; ++i) frame.data()[i] = static_cast<uint8_t>(i);
  std::copy_n(Segment::mac(2).begin(), 6, frame.data());
  std::copy_n(Segment::mac(1).begin(), 6, frame.data() + 6);
  store_be16(frame.data() + 12, 0x88b5);  // IEEE 802, local experimental ethertype 1
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_capture)

BOOST_AUTO_TEST_CASE(bytes_length_direction_and_time) {
  in_child([] {
    Writer writer;
    EventLoop loop;
    PacketSocket capture(writer.in);
    const wire::Frame frame = frame_of_size(1000);
    const Time before = loop.now();
    expect(writer.tap.write(frame), "written");
    size_t count = capture.drain([&](const Captured& c) {
      expect(std::equal(c.bytes.begin(), c.bytes.end(), frame.data(), frame.data() + 1000),
             "the bytes written");
      expect(c.original_length == 1000 && !c.outgoing && !c.partial_checksum && c.segment_size == 0,
             "whole, incoming, plain");
      const Time at = loop.at_realtime(c.realtime);
      expect(at >= before - std::chrono::milliseconds(5) &&
                 at <= loop.now() + std::chrono::milliseconds(5),
             "stamped when it happened");
    });
    expect(count == 1, "one frame");
    expect(capture.drain([](const Captured&) {}) == 0, "and nothing else");
  });
}

BOOST_AUTO_TEST_CASE(a_vlan_tag_that_the_kernel_takes_out_is_put_back) {
  in_child([] {
    Writer writer;
    PacketSocket capture(writer.in);
    wire::Frame frame = frame_of_size(200);
    store_be16(frame.data() + 12, 0x8100);
    store_be16(frame.data() + 14, 0x0064);  // VLAN 100
    expect(writer.tap.write(frame), "written");
    capture.drain([&](const Captured& c) {
      expect(c.bytes.size() == 200 && std::equal(c.bytes.begin(), c.bytes.end(), frame.data()),
             "the bytes written, tag and all");
    });
  });
}

BOOST_AUTO_TEST_CASE(what_the_kernel_could_not_keep_is_counted) {
  in_child([] {
    Writer writer;
    PacketSocket capture(writer.in);
    const wire::Frame frame = frame_of_size(60000);
    constexpr size_t kWritten = 4000;  // 240 MB, more than any receive buffer here holds
    for (size_t i = 0; i < kWritten; ++i) writer.tap.write(frame);
    const size_t kept = capture.drain([](const Captured&) {});
    expect(kept > 0 && kept < kWritten, "some kept: " + std::to_string(kept));
    expect(capture.lost() == kWritten - kept,
           "the rest counted: " + std::to_string(capture.lost()));
    expect(capture.lost() == kWritten - kept, "and the count stays");
  });
}

BOOST_AUTO_TEST_CASE(a_burst_of_small_frames_waits_without_loss) {
  in_child([] {
    Writer writer;
    PacketSocket capture(writer.in);
    const wire::Frame frame = frame_of_size(64);
    const size_t burst = std::min<size_t>(20000, static_cast<size_t>(capture.buffer_size()) / 1024);
    for (size_t i = 0; i < burst; ++i) writer.tap.write(frame);
    expect(capture.drain([](const Captured&) {}) == burst, "all kept of " + std::to_string(burst));
    expect(capture.lost() == 0, "none lost");
  });
}

BOOST_AUTO_TEST_CASE(super_packet_comes_whole_with_its_segment_size) {
  in_child([] {
    Writer writer;
    PacketSocket capture(writer.in);
    // UDP with segmentation offload (UDP_SEGMENT): 3 segments of 1000 bytes.
    const std::vector<uint8_t> packet =
        (Tins::EthernetII("02:00:00:00:00:02", "02:00:00:00:00:01") /
         Tins::IP("192.0.2.2", "192.0.2.1") / Tins::UDP(7, 4000) /
         Tins::RawPDU(std::string(3000, 'x')))
            .serialize();
    wire::Frame frame = wire::Frame::copy_of(packet);
    frame.set_offload({true, 34, 6, wire::Segmentation::udp, 1000});
    expect(writer.tap.write(frame), "written");
    const size_t count = capture.drain([&](const Captured& c) {
      expect(c.bytes.size() == packet.size(), "whole");
      expect(c.segment_size == 1000 && c.partial_checksum, "marked as such");
    });
    expect(count == 1, "once");
  });
}

BOOST_AUTO_TEST_CASE(too_many_exclusions_are_refused) {
  in_child([] {
    const Namespace in = Namespace::make();
    const std::vector<int> many(201, 1);
    expect_contains(message_of<SystemError>([&] { PacketSocket(in, many); }), "201 exclusions");
    PacketSocket(in, std::span(many).first(200));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
