// Files as other tools write them: byte orders, clocks, sections, blocks that mean nothing to us.
#include "emulator/capture/reader.hh"

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/base/error.hh"
#include "tests/unit/capture/sample.hh"

namespace lvslab::capture {
namespace {

using sample::File;

fabric::Evidence read(const std::string& bytes) {
  std::istringstream in(bytes);
  return read_pcapng(in, "in.pcapng");
}

void check_refused(const std::string& bytes, const std::string& message) {
  BOOST_CHECK_EXCEPTION(read(bytes), UsageError, [&](const UsageError& error) {
    BOOST_TEST(error.what() == message);
    return true;
  });
}

BOOST_AUTO_TEST_SUITE(capture_reader)

BOOST_AUTO_TEST_CASE(both_byte_orders_say_the_same) {
  for (const bool big : {false, true}) {
    BOOST_TEST_CONTEXT((big ? "big" : "little")) {
      File file(big);
      const auto name = file.option(2, "director:eth0") + file.option(9, std::string(1, '\x09'));
      const auto about = file.option(1, "hello") + file.option(2, file.u32(2)) + file.option(0, "");
      file.section().interface(1, 262144, name).packet(0, 0x100000002, "abcde", about);
      const auto found = read(file.bytes());
      BOOST_REQUIRE_EQUAL(found.ports.size(), 1);
      BOOST_TEST(found.ports[0].host == "director");
      BOOST_TEST(found.ports[0].interface == "eth0");
      BOOST_REQUIRE_EQUAL(found.sightings.size(), 1);
      const auto& sighting = found.sightings[0];
      BOOST_TEST(sighting.at.time_since_epoch().count() == 0x100000002);
      BOOST_TEST((sighting.direction == fabric::Direction::sent));
      BOOST_TEST(sighting.comment == "hello");
      BOOST_TEST(std::string(sighting.bytes.begin(), sighting.bytes.end()) == "abcde");
    }
  }
}

BOOST_AUTO_TEST_CASE(resolutions_and_offsets_become_nanoseconds) {
  struct Case {
    const char* why;
    std::string options;
    uint64_t ticks;
    int64_t nanoseconds;
  };
  const File f(false);
  const auto resolution = [&](char value) { return f.option(9, std::string(1, value)); };
  const std::vector<Case> cases{
      {"microseconds unless said", "", 5, 5'000},
      {"10^-3", resolution(3), 5, 5'000'000},
      {"whole seconds", resolution(0), 5, 5'000'000'000},
      {"10^-9", resolution(9), 5, 5},
      {"10^-12: picoseconds are dropped", resolution(12), 5'999, 5},
      {"10^-127 is nothing", resolution(127), ~uint64_t{0}, 0},
      {"2^-10", resolution('\x8a'), 1024, 1'000'000'000},
      {"2^-127 is nothing", resolution('\xff'), ~uint64_t{0}, 0},
      {"an offset adds seconds", f.option(14, f.u64(2)), 5, 2'000'005'000},
      {"an offset may be negative", f.option(14, f.u64(~uint64_t{0})), 1'000'005, 5'000},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.why) {
      File file(false);
      file.section().interface(1, 0, c.options).packet(0, c.ticks, "abcd");
      const auto found = read(file.bytes());
      BOOST_TEST(found.sightings[0].at.time_since_epoch().count() == c.nanoseconds);
    }
  }
}

BOOST_AUTO_TEST_CASE(port_names_split_at_the_last_colon) {
  File file(false);
  file.section();
  for (const char* name : {"a:b:eth0", "eth0", ":eth0", "rs1:"}) {
    file.interface(1, 0, file.option(2, name));
  }
  file.interface(1, 0);
  const auto ports = read(file.bytes()).ports;
  const std::vector<fabric::PortName> expected{
      {"a:b", "eth0"}, {"eth0", ""}, {"", "eth0"}, {"rs1", ""}, {"interface 4", ""}};
  BOOST_TEST((ports == expected));
}

BOOST_AUTO_TEST_CASE(sections_number_their_interfaces_anew_and_one_name_is_one_port) {
  File first(false), second(true);
  first.section().interface(1, 0, first.option(2, "a:x")).interface(1, 0, first.option(2, "b:x"));
  first.packet(1, 0, "1111");
  second.section().interface(1, 0, second.option(2, "b:x")).packet(0, 0, "2222");
  const auto found = read(first.bytes() + second.bytes());
  BOOST_TEST(found.ports.size() == 2);
  BOOST_TEST(found.sightings[0].port == 1);
  BOOST_TEST(found.sightings[1].port == 1);
}

BOOST_AUTO_TEST_CASE(simple_packets_belong_to_the_first_interface_and_end_at_its_snap_length) {
  File file(false);
  file.section().interface(1, 6).simple(3, "abc").simple(1500, "abcdef");
  const auto found = read(file.bytes());
  BOOST_REQUIRE_EQUAL(found.sightings.size(), 2);
  BOOST_TEST(found.sightings[0].bytes.size() == 3);
  BOOST_TEST(found.sightings[1].bytes.size() == 6);
  BOOST_TEST((found.sightings[0].direction == fabric::Direction::received));
}

BOOST_AUTO_TEST_CASE(unknown_blocks_and_options_are_skipped) {
  File file(false);
  const auto odd = file.option(2988, "vendor") + file.option(7, "12345678");
  file.section().block(0x80000bad, "12345678").interface(1, 0, odd).block(4, "");
  file.packet(0, 1, "abcd", odd + file.option(1, "one") + file.option(1, "two"));
  const auto found = read(file.bytes());
  BOOST_REQUIRE_EQUAL(found.sightings.size(), 1);
  BOOST_TEST(found.sightings[0].comment == "one\ntwo");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_file_and_byte) {
  const File f(false);
  File good(false);
  good.section().interface(1, 0);  // 28 and 20 bytes
  const auto with = [&](auto change) {
    File file = good;
    change(file);
    return file.bytes();
  };
  check_refused("", "in.pcapng: byte 0: not a pcapng file: too short");
  check_refused("hello, this is text",
                "in.pcapng: byte 0: not a pcapng file: it does not begin with a section header");
  check_refused(f.u32(0xa1b2c3d4) + "12345678",
                "in.pcapng: byte 0: this is an older pcap file; convert it with: "
                "editcap -F pcapng IN OUT");
  check_refused(with([](File& x) { x.packet(1, 0, "abcd"); }),
                "in.pcapng: byte 48: a packet of interface 1, which is not described before it");
  check_refused(with([](File& x) { x.interface(113, 0).packet(1, 0, "abcd"); }),
                "in.pcapng: byte 68: a packet of link type 113; only Ethernet (1) is read");
  check_refused(with([](File& x) { x.packet(0, ~uint64_t{0}, "abcd"); }),
                "in.pcapng: byte 48: a packet of a time beyond 64 bits of nanoseconds");
  check_refused(with([](File& x) { x.packet(0, 0, "abcd", x.u16(1) + x.u16(5) + "1234"); }),
                "in.pcapng: byte 48: option 1 of 5 bytes is longer than its block");
  check_refused(with([](File& x) { x.simple(8, "abcd"); }),
                "in.pcapng: byte 48: a packet of 8 bytes in a block that has 4");
  check_refused(with([](File& x) {
                  x.block(6,
                          "short"
                          "123");
                }),
                "in.pcapng: byte 48: a packet shorter than its fixed part");
  check_refused(good.bytes() + f.u32(6) + f.u32(0xfffffffc),
                "in.pcapng: byte 48: block length 4294967292 is above 16777216");
  check_refused(good.bytes() + f.u32(6) + f.u32(1u << 24),
                "in.pcapng: byte 48: the file ends inside a block of 16777216 bytes");
  check_refused(good.bytes() + f.u32(6) + f.u32(33),
                "in.pcapng: byte 48: block length 33 is no multiple of 4");
  check_refused(good.bytes() + f.u32(6) + f.u32(8),
                "in.pcapng: byte 48: block length 8 is too small");
  check_refused(good.bytes() + f.u32(9) + f.u32(12) + f.u32(16),
                "in.pcapng: byte 48: a block whose two lengths differ");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_named) {
  BOOST_CHECK_EXCEPTION(read_pcapng("/nowhere/in.pcapng"), SystemError, [](const SystemError& e) {
    return std::string(e.what()).find("/nowhere/in.pcapng") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::capture
