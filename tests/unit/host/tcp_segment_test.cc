// TCP segments as values: written and read back, and options that are not what RFC 9293, 3.2 says.

#include "emulator/host/tcp_segment.hh"

#include "steps.hh"

namespace lvslab::host::test {

namespace {

namespace flag = wire::tcp_flag;

struct Ends {
  const char* from;
  const char* to;
};
constexpr Ends kFamilies[] = {{"192.0.2.9", "192.0.2.1"}, {"2001:db8:1::9", "2001:db8:1::1"}};

Segment syn_between(const Ends& ends) {
  Segment segment;
  segment.from = {ip(ends.from), 40000};
  segment.to = {ip(ends.to), 80};
  segment.sequence = 0xfffffff0;
  segment.acknowledgment = 7;
  segment.flags = flag::kSyn;
  segment.window = 4096;
  segment.tos = 0x13;
  segment.mss = 1460;
  return segment;
}

size_t header_of(const Segment& segment) {
  return segment.from.address.is_v6() ? wire::kIpv6Size : wire::kIpv4Size;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tcp_segment)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_and_one_wrong_bit_is_not) {
  for (const Ends& ends : kFamilies) {
    BOOST_TEST_CONTEXT(ends.from) {
      Segment written = syn_between(ends);
      written.payload = "hello";
      wire::Frame packet = write_segment(written);
      const auto read = read_segment(packet);
      BOOST_REQUIRE(read);
      BOOST_TEST((read->from == written.from && read->to == written.to));
      BOOST_TEST(read->sequence == written.sequence);
      BOOST_TEST(read->acknowledgment == written.acknowledgment);
      BOOST_TEST(int{read->flags} == int{written.flags});
      BOOST_TEST(read->window == written.window);
      BOOST_TEST(int{read->tos} == int{written.tos});
      BOOST_TEST(read->mss.value_or(0) == 1460);
      BOOST_TEST(read->payload == written.payload);
      BOOST_TEST(read->length() == 6U);  // SYN counts one
      packet.data()[packet.size() - 1] ^= 1;
      BOOST_TEST(!read_segment(packet), "a checksum that is wrong");
      wire::Offload offload;
      offload.partial_checksum = true;
      packet.set_offload(offload);
      BOOST_TEST(read_segment(packet).has_value(), "its device vouches for it");
    }
  }
}

// Of a SYN with four bytes of options, written over: the checksum is the device's affair.
BOOST_AUTO_TEST_CASE(options_and_header_lengths_by_the_byte) {
  struct Row {
    const char* says;
    std::array<uint8_t, 4> options;
    bool taken;
    uint16_t mss = 0;
  };
  const Row rows[] = {
      {"an MSS", {2, 4, 5, 0xb4}, true, 1460},
      {"nothing but padding", {1, 1, 1, 1}, true},
      {"what stands behind the end does not count", {0, 4, 5, 0xb4}, true},
      {"an unknown option is passed over", {254, 4, 0, 0}, true},
      {"an MSS of another length is none", {2, 3, 5, 1}, true},
      {"a length of 0", {254, 0, 0, 0}, false},
      {"a length of 1", {254, 1, 0, 0}, false},
      {"a length beyond the header", {2, 5, 5, 0xb4}, false},
      {"a kind without a length", {1, 1, 1, 2}, false},
  };
  wire::Offload offload;
  offload.partial_checksum = true;
  for (const Ends& ends : kFamilies) {
    const Segment syn = syn_between(ends);
    const size_t tcp = header_of(syn);
    for (const Row& row : rows) {
      BOOST_TEST_CONTEXT(row.says << ", from " << ends.from) {
        wire::Frame packet = write_segment(syn);
        std::copy(row.options.begin(), row.options.end(), packet.data() + tcp + wire::kTcpSize);
        packet.set_offload(offload);
        const auto read = read_segment(packet);
        BOOST_TEST(read.has_value() == row.taken);
        if (read) BOOST_TEST(read->mss.value_or(0) == row.mss);
      }
    }
    for (const uint8_t words : {uint8_t{4}, uint8_t{7}}) {
      wire::Frame packet = write_segment(syn);
      packet.data()[tcp + 12] = static_cast<uint8_t>(words << 4);
      packet.set_offload(offload);
      BOOST_TEST(!read_segment(packet), "a header of " << int{words} << " words in 24 bytes");
    }
  }
}

// RFC 9293, 3.10.7.1.
BOOST_AUTO_TEST_CASE(the_reset_for_a_segment_of_no_connection) {
  Segment segment = syn_between(kFamilies[0]);
  segment.payload = "abc";
  const Segment unasked = reset_for(segment);
  BOOST_TEST(int{unasked.flags} == int{flag::kRst | flag::kAck});
  BOOST_TEST(unasked.sequence == 0U);
  BOOST_TEST(unasked.acknowledgment == segment.sequence + 4);
  BOOST_TEST(int{unasked.tos} == 0x10);
  segment.flags = flag::kAck;
  const Segment asked = reset_for(segment);
  BOOST_TEST(int{asked.flags} == int{flag::kRst});
  BOOST_TEST(asked.sequence == segment.acknowledgment);
  BOOST_TEST((asked.from == segment.to && asked.to == segment.from));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
