// A capture played to a director: what goes in, what is skipped, and that nothing else decides.

#include "emulator/lab/replay.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/bytes.hh"
#include "emulator/base/error.hh"
#include "emulator/topology/reader.hh"
#include "emulator/wire/describe.hh"

using namespace lvslab;

namespace {

constexpr const char* kLab = R"(
name: replayed
networks: {lan: 192.0.2.0/24}
hosts:
  client: {role: client, interfaces: {eth0: {network: lan, address: 192.0.2.9}}}
  director:
    role: director
    interfaces: {eth0: {network: lan, address: [192.0.2.1, 192.0.2.100/32]}}
    rules: |
      -A -u 192.0.2.100:53 -s rr
      -a -u 192.0.2.100:53 -r 192.0.2.11 -g
      -a -u 192.0.2.100:53 -r 192.0.2.12 -g
  rs1: {role: real-server, interfaces: {eth0: {network: lan, address: 192.0.2.11}}}
  rs2: {role: real-server, interfaces: {eth0: {network: lan, address: 192.0.2.12}}}
)";

const topology::Host& host(const topology::Topology& lab, const char* name) {
  return *lab.find_host(name);
}

// From the client's port `from` to the virtual service, without a checksum.
std::vector<uint8_t> datagram(const topology::Topology& lab, uint16_t from) {
  std::vector<uint8_t> frame(14 + 20 + 8);
  const auto& to = host(lab, "director").interfaces[0].mac;
  const auto& by = host(lab, "client").interfaces[0].mac;
  std::copy(to.begin(), to.end(), frame.begin());
  std::copy(by.begin(), by.end(), frame.begin() + 6);
  store_be16(&frame[12], 0x0800);
  const uint8_t header[] = {0x45, 0,    0,   28, 0, 1, 0,   0, 64, 17,
                            0xf6, 0x62, 192, 0,  2, 9, 192, 0, 2,  100};
  std::copy(std::begin(header), std::end(header), frame.begin() + 14);
  store_be16(&frame[34], from);
  store_be16(&frame[36], 53);
  store_be16(&frame[38], 8);
  return frame;
}

struct Capture {
  topology::Topology lab = topology::read_text(kLab, "replayed.yaml");
  fabric::Evidence evidence{{{"client", "eth0"}, {"director", "eth0"}}, {}, 0};

  void add(uint32_t port, fabric::Direction direction, int ms, uint16_t from) {
    fabric::Sighting sighting;
    sighting.at = Time(std::chrono::milliseconds(ms));
    sighting.port = port;
    sighting.direction = direction;
    sighting.bytes = datagram(lab, from);
    evidence.sightings.push_back(sighting);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(frames_enter_by_the_directors_ports_alone) {
  Capture capture;
  capture.add(0, fabric::Direction::sent, 1, 4000);
  capture.add(1, fabric::Direction::received, 2, 4000);
  capture.add(1, fabric::Direction::sent, 3, 4000);
  capture.add(1, fabric::Direction::received, 5, 4001);
  const auto replayed = lab::replay(capture.lab, capture.evidence, 1);
  BOOST_TEST(replayed.frames == 2U);
  BOOST_TEST(replayed.other_ports == 1U);
  BOOST_TEST(replayed.own == 1U);
  // No ARP: both at once, to the servers in turn, the one added last first.
  BOOST_REQUIRE(replayed.sent.sightings.size() == 2U);
  const auto& first = replayed.sent.sightings[0];
  BOOST_TEST(replayed.sent.ports[first.port].to_string() == "director:eth0");
  BOOST_TEST((first.at == Time(std::chrono::milliseconds(2))));
  const auto& rs2 = host(capture.lab, "rs2").interfaces[0].mac;
  BOOST_TEST((wire::Mac(first.bytes.data()) == rs2), wire::describe(first.bytes));
  BOOST_TEST(first.comment.find("rr -> new connection to 192.0.2.12:53") != std::string::npos,
             first.comment);
}

BOOST_AUTO_TEST_CASE(time_decides_the_order_not_the_file) {
  Capture ordered, mixed;
  for (const int ms : {1, 2, 3})
    ordered.add(1, fabric::Direction::received, ms, static_cast<uint16_t>(4000 + ms));
  for (const int ms : {3, 1, 2})
    mixed.add(1, fabric::Direction::received, ms, static_cast<uint16_t>(4000 + ms));
  const auto a = lab::replay(ordered.lab, ordered.evidence, 1);
  const auto b = lab::replay(mixed.lab, mixed.evidence, 1);
  BOOST_REQUIRE(a.sent.sightings.size() == 3U);
  BOOST_REQUIRE(b.sent.sightings.size() == 3U);
  for (size_t i = 0; i < 3; ++i)
    BOOST_TEST((a.sent.sightings[i].bytes == b.sent.sightings[i].bytes));
}

BOOST_AUTO_TEST_CASE(a_lab_without_director_is_refused) {
  auto lab = topology::read_text(kLab, "replayed.yaml");
  std::erase_if(lab.hosts, [](const auto& each) { return each.role == topology::Role::director; });
  BOOST_CHECK_THROW(lab::replay(lab, {}, 1), UsageError);
}
