// What a device does to frames, done here: super-packets cut into segments, read by libtins.

#include "emulator/wire/offload.hh"

#include <tins/tins.h>

#include <boost/test/unit_test.hpp>
#include <numeric>

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ip_edit.hh"
#include "emulator/wire/transport.hh"

using namespace lvslab;
using namespace lvslab::wire;

namespace {

// A super-packet as a TAP gives it: lengths of the whole, the checksum the pseudo header's sum.
Frame super(Tins::EthernetII packet, Segmentation segmentation, uint16_t segment_size) {
  const auto bytes = packet.serialize();
  Frame frame = Frame::copy_of(bytes);
  const auto ip = *IpEdit::over(frame.bytes().subspan(kEthernetSize));
  Offload offload;
  offload.partial_checksum = true;
  offload.checksum_start = static_cast<uint16_t>(kEthernetSize + ip.header_length());
  offload.checksum_offset = segmentation == Segmentation::udp ? 6 : 16;
  offload.segmentation = segmentation;
  offload.segment_size = segment_size;
  store_be16(frame.data() + offload.checksum_start + offload.checksum_offset,
             checksum_fold(ip.pseudo_header_sum()));
  frame.set_offload(offload);
  return frame;
}

Tins::RawPDU counting(size_t size) {
  std::vector<uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  return Tins::RawPDU(bytes);
}

Tins::TCP tcp() {
  Tins::TCP header(80, 40000);
  header.seq(0xfffffff0);
  header.flags(Tins::TCP::ACK | Tins::TCP::PSH | Tins::TCP::FIN | Tins::TCP::CWR);
  header.timestamp(1, 2);
  return header;
}
Tins::IP v4() {
  Tins::IP header("198.51.100.1", "192.0.2.1");
  header.id(0xffff);
  return header;
}
Tins::IPv6 v6() {
  return Tins::IPv6("2001:db8::1", "2001:db8::2");
}

std::vector<Frame> segments_of(const Frame& frame) {
  std::vector<Frame> all;
  for (Segmenter segments(frame); !segments.done();) all.push_back(segments.next());
  return all;
}

// Lengths and both checksums; gives the payload behind `header` bytes of transport header.
Bytes checked_payload(const Frame& segment, size_t header) {
  BOOST_TEST(!segment.has_partial_checksum());
  BOOST_TEST(!segment.is_super());
  Frame copy = segment.clone();
  const auto ip = IpEdit::over(copy.bytes().subspan(kEthernetSize));
  BOOST_REQUIRE(ip);
  BOOST_TEST(ip->total_length() + kEthernetSize == segment.size());
  if (ip->is_v4()) BOOST_TEST(ip->v4().checksum_good());
  BOOST_TEST(checksum_ok(ip->payload(), ip->pseudo_header_sum()));
  return segment.bytes().subspan(kEthernetSize + ip->header_length() + header);
}

void check_payloads(const std::vector<Frame>& segments, size_t header,
                    const std::vector<size_t>& sizes) {
  BOOST_REQUIRE(segments.size() == sizes.size());
  size_t next = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Bytes payload = checked_payload(segments[i], header);
    BOOST_TEST(payload.size() == sizes[i]);
    for (const uint8_t byte : payload) BOOST_REQUIRE(byte == static_cast<uint8_t>(next++));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(offload)

BOOST_AUTO_TEST_CASE(tcp_segments_count_on_and_keep_their_flags_apart) {
  const Frame frame =
      super(Tins::EthernetII() / v4() / tcp() / counting(2500), Segmentation::tcp4, 1000);
  BOOST_TEST(size_on_wire(frame) == 14U + 20 + 32 + 1000);
  BOOST_TEST(segments_on_wire(frame) == 3U);
  const auto segments = segments_of(frame);
  check_payloads(segments, 32, {1000, 1000, 500});
  const uint16_t flags[] = {Tins::TCP::ACK | Tins::TCP::CWR, Tins::TCP::ACK,
                            Tins::TCP::ACK | Tins::TCP::PSH | Tins::TCP::FIN};
  for (uint32_t i = 0; i < 3; ++i) {
    const Tins::EthernetII read(segments[i].data(), static_cast<uint32_t>(segments[i].size()));
    BOOST_TEST(read.rfind_pdu<Tins::IP>().id() == static_cast<uint16_t>(0xffff + i));
    const auto& header = read.rfind_pdu<Tins::TCP>();
    BOOST_TEST(header.seq() == 0xfffffff0 + i * 1000);
    BOOST_TEST(header.flags() == flags[i]);
    BOOST_TEST((header.timestamp() == std::pair<uint32_t, uint32_t>(1, 2)));
  }
}

BOOST_AUTO_TEST_CASE(over_ipv6_and_udp) {
  check_payloads(segments_of(super(Tins::EthernetII() / v6() / tcp() / counting(1400),
                                   Segmentation::tcp6, 700)),
                 32, {700, 700});
  const auto udp = segments_of(super(
      Tins::EthernetII() / v4() / Tins::UDP(53, 40000) / counting(1201), Segmentation::udp, 600));
  check_payloads(udp, 8, {600, 600, 1});
  const auto lengths = [](const Frame& frame) { return load_be16(frame.data() + 14 + 20 + 4); };
  BOOST_TEST(lengths(udp[0]) == 608);
  BOOST_TEST(lengths(udp[2]) == 9);
  check_payloads(segments_of(super(Tins::EthernetII() / v6() / Tins::UDP(53, 40000) / counting(99),
                                   Segmentation::udp, 98)),
                 8, {98, 1});
}

BOOST_AUTO_TEST_CASE(what_is_no_super_packet_comes_out_whole_with_its_checksum) {
  Frame frame = super(Tins::EthernetII() / v4() / tcp() / counting(100), Segmentation::tcp4, 0);
  Offload offload = frame.offload();
  offload.segmentation = Segmentation::none;
  frame.set_offload(offload);
  check_payloads(segments_of(frame), 32, {100});
  const Frame raw = Frame::copy_of(Bytes(frame.bytes()).first(20));
  const auto same = segments_of(raw);
  BOOST_REQUIRE(same.size() == 1U);
  BOOST_TEST(std::equal(raw.bytes().begin(), raw.bytes().end(), same[0].bytes().begin()));
}

BOOST_AUTO_TEST_CASE(nonsense_comes_out_whole) {
  const Frame good =
      super(Tins::EthernetII() / v4() / tcp() / counting(2500), Segmentation::tcp4, 1000);
  const auto whole = [&](const auto& change) {
    Frame frame = good.clone();
    Offload offload = frame.offload();
    change(frame, offload);
    frame.set_offload(offload);
    const auto segments = segments_of(frame);
    return segments.size() == 1 && segments[0].size() == frame.size();
  };
  BOOST_TEST(!whole([](Frame&, Offload&) {}));
  BOOST_TEST(whole([](Frame&, Offload& offload) { offload.segment_size = 0; }));
  BOOST_TEST(whole([](Frame&, Offload& offload) { offload.checksum_start += 1; }));
  BOOST_TEST(whole([](Frame&, Offload& offload) { offload.checksum_start = 65000; }));
  BOOST_TEST(whole([](Frame&, Offload& offload) { offload.checksum_offset = 31; }));
  BOOST_TEST(whole([](Frame& frame, Offload&) { frame.data()[34 + 12] = 0; }));  // TCP header of 0
  BOOST_TEST(whole([](Frame& frame, Offload&) { frame.data()[14] = 0x55; }));    // IP version 5
  BOOST_TEST(whole([](Frame& frame, Offload&) { frame.truncate(60); }));  // headers cut short
}

BOOST_AUTO_TEST_SUITE_END()
