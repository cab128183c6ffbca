// SCTP: walks through the tables, chunk to event, checksums and rewritten packets. Walks and frames
// are what Linux 6.1 did with the same packets.

#include <boost/test/unit_test.hpp>

#include "emulator/base/random.hh"
#include "emulator/director/protocol_sctp.hh"
#include "tests/unit/director/packets.hh"

namespace lvslab::director::test {
namespace {

Packet from_hex(const std::string& digits) {
  Packet bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

// Ports, tag and a checksum that nobody looks at; then chunks.
Packet segment_of(const Packet& chunks) {
  Packet segment(kSctpSize);
  segment.insert(segment.end(), chunks.begin(), chunks.end());
  return segment;
}

// "1": a chunk of that type and 12 bytes of value; "x0b00...": as it stands; "short": three bytes.
Packet chunks_of(const std::string& word) {
  if (word == "short") return {10, 0, 0};
  if (word[0] == 'x') return from_hex(word.substr(1));
  Packet chunk(16);
  chunk[0] = static_cast<uint8_t>(std::stoi(word));
  chunk[3] = 16;
  return chunk;
}

struct Walk {
  const char* method;
  const char* steps;  // ">" from the client, "<" from the server; chunks; after "=" the state
};

// One connection at a time, with its server.
struct Path {
  explicit Path(bool one_sided) : one_sided_(one_sided) {}

  std::string step(const std::string& word) {
    const size_t equals = word.find('=');
    const Packet segment = segment_of(chunks_of(word.substr(1, equals - 1)));
    const Settings settings;
    const bool request = word[0] == '>';
    if (request && kSctp.opens(segment) &&
        (!connection || kSctp.reusable(*connection, settings.conn_reuse_mode)))
      begin();
    if (!connection) return "-";
    kSctp.advance(*connection, request ? Direction::request : Direction::reply, segment, {});
    return std::string(kSctp.state_name(connection->state));
  }
  void begin() {
    server = {};
    connection.emplace();
    connection->no_output = one_sided_;
    server.bind(*connection);
  }

  RealServer server;
  std::optional<Connection> connection;

 private:
  bool one_sided_;
};

BOOST_AUTO_TEST_CASE(walks_through_the_sctp_tables) {
  const Walk walks[] = {
      {"-m",
       ">1=INIT1 >192=INIT1 <192=INIT1 >13=INIT1 >12=INIT1 >10=INIT <2=C-SENT <8=S-ACK-SENT "
       ">x0b00000406000010000000000000000000000000=CLOSED <short=CLOSED "
       ">x0a000009000000000000000006000010000000000000000000000000=CLOSED"},
      {"-g",
       ">1=INIT1 >14=CLOSED >1=INIT1 >16=INIT1 >9=INIT1 >8=INIT >4=INIT >14=CLOSED >2=CLOSED "
       ">16=CLOSED"},
      {"-m",
       ">1=INIT1 <16=INIT1 >0=INIT1 <0=INIT1 <3=INIT1 <4=INIT1 "
       ">x0a000009000000000000000006000010000000000000000000000000=CLOSED <255=CLOSED "
       "<14=CLOSED <193=CLOSED >7=CLOSED"},
      {"-m",
       ">1=INIT1 >128=INIT1 >x0b00000407000010000000000000000000000000=INIT1 >short=INIT1 "
       "<short=INIT1 <13=INIT1 >193=INIT1 <130=INIT1 "
       ">x0a00000306000010000000000000000000000000=INIT >6=CLOSED <128=CLOSED"},
      {"-g",
       ">1=INIT1 >6=CLOSED >x0a00000306000010000000000000000000000000=CLOSED >5=CLOSED "
       ">10=CLOSED >0=CLOSED >11=CLOSED >192=CLOSED >7=CLOSED >12=CLOSED >128=CLOSED"},
      {"-m",
       ">1=INIT1 <7=S-SENT <12=S-SENT <11=S-SENT >0=S-SENT >16=S-SENT <1=C-WAIT >2=COOKIE "
       ">5=COOKIE <2=COOKIE"},
      {"-m",
       ">1=INIT1 >7=INIT1 <2=C-SENT "
       "<x0300001000000000000000000000000006000010000000000000000000000000=C-SENT >9=C-SENT "
       ">14=C-SENT <4=C-SENT <15=C-SENT <12=C-SENT >16=C-SENT <8=S-ACK-SENT"},
      {"-m",
       ">1=INIT1 >1=INIT >128=INIT "
       "<x0a00000900000000000006000010000000000000000000000000=C-ECHOED >3=C-ECHOED "
       ">7=C-ECHOED <0=C-ECHOED <10=C-ECHOED <192=C-ECHOED "
       "<x0a00000306000010000000000000000000000000=C-ECHOED"},
      {"-g",
       ">1=INIT1 >130=INIT1 >128=INIT1 "
       ">x0a00000900000000000006000010000000000000000000000000=ESTABLISHED >2=ESTABLISHED "
       ">x0a0000080000000000000010000000000000000000000000=ESTABLISHED >13=ESTABLISHED "
       ">11=ESTABLISHED "
       ">x0300001000000000000000000000000006000010000000000000000000000000=ESTABLISHED"},
      {"-g",
       ">1=INIT1 >7=INIT1 >1=INIT >8=INIT >9=INIT >130=INIT >128=INIT >128=INIT >3=INIT "
       ">192=INIT"},
      {"-m",
       ">1=INIT1 >10=INIT <1=C-WAIT <5=C-WAIT <193=C-WAIT >12=C-WAIT >255=C-WAIT "
       ">x0a00000900000000000006000010000000000000000000000000=C-WAIT <0=C-WAIT >0=C-WAIT "
       "<193=C-WAIT"},
      {"-m",
       ">1=INIT1 >4=INIT1 <9=CLOSED <8=CLOSED >15=CLOSED "
       ">x0b00000406000010000000000000000000000000=CLOSED <6=CLOSED "
       ">x0a00000306000010000000000000000000000000=CLOSED >12=CLOSED <10=CLOSED >193=CLOSED"},
      {"-m",
       ">1=INIT1 <11=ESTABLISHED >1=ESTABLISHED <13=ESTABLISHED >130=ESTABLISHED "
       ">10=ESTABLISHED >5=ESTABLISHED >15=ESTABLISHED"},
      {"-g",
       ">1=INIT1 >2=C-ECHOED >128=C-ECHOED >short=C-ECHOED >14=C-ECHOED >10=C-ECHOED "
       ">9=C-ECHOED >x0b00000407000010000000000000000000000000=ESTABLISHED "
       ">x0b00000407000010000000000000000000000000=ESTABLISHED >1=ESTABLISHED"},
      {"-m",
       ">1=INIT1 >8=INIT >9=INIT <15=INIT "
       ">x0300001000000000000000000000000006000010000000000000000000000000=INIT >3=INIT "
       "<4=INIT <10=C-ECHOED <6=CLOSED <1=C-WAIT"},
      {"-m",
       ">1=INIT1 >10=INIT >0=INIT >6=CLOSED <15=CLOSED >3=CLOSED "
       ">x0a00000306000010000000000000000000000000=CLOSED >0=CLOSED >255=CLOSED >14=CLOSED "
       ">1=INIT1"},
      {"-g",
       ">1=INIT1 >4=INIT1 >193=INIT1 >193=INIT1 >15=INIT1 >192=INIT1 "
       ">x0b00000407000010000000000000000000000000=INIT1 "
       ">x0a00000306000010000000000000000000000000=ESTABLISHED >193=ESTABLISHED "
       ">128=ESTABLISHED"},
      {"-m",
       ">1=INIT1 <x0a000009000000000000000006000010000000000000000000000000=REJECTED "
       ">16=REJECTED >12=REJECTED >3=REJECTED >13=REJECTED >14=REJECTED <5=REJECTED"},
  };
  for (const Walk& walk : walks) {
    Path path(std::string(walk.method) == "-g");
    std::istringstream words(walk.steps);
    for (std::string word; words >> word;) BOOST_TEST_CONTEXT(walk.method << " at " << word) {
        const std::string state = path.step(word);
        BOOST_TEST(state == word.substr(word.find('=') + 1));
        BOOST_TEST(path.server.active == (state == "ESTABLISHED" ? 1U : 0U));
        BOOST_TEST(path.server.connections() == 1U);
      }
  }
}

BOOST_AUTO_TEST_CASE(a_reply_ends_the_guessing) {
  Path path(true);
  path.step(">1");
  BOOST_TEST(path.step(">10") == "ESTABLISHED");
  Path seen(true);
  seen.step(">1");
  BOOST_TEST(seen.step("<2") == "C-SENT");
  BOOST_TEST(seen.step(">10") == "C-REPLIED");
  BOOST_TEST(seen.step("<11") == "ESTABLISHED");
}

BOOST_AUTO_TEST_CASE(sctp_timeouts) {
  using enum SctpState;
  const auto is = [](SctpState state, int seconds) {
    BOOST_TEST((timeout_of(state) == std::chrono::seconds(seconds)));
  };
  is(none, 2);
  is(init1, 4);
  is(init, 61);
  is(cookie_wait, 61);
  is(established, 900);
  is(shutdown_ack_sent, 61);
  is(rejected, 4);
  is(closed, 61);
  Path path(false);
  path.step(">1");
  BOOST_TEST((path.connection->timeout == std::chrono::seconds(4)));
  path.connection->timeout = std::chrono::seconds(7);
  path.step("<short");  // changes nothing
  BOOST_TEST((path.connection->timeout == std::chrono::seconds(7)));
}

BOOST_AUTO_TEST_CASE(who_may_begin) {
  Settings strict, sloppy;
  sloppy.sloppy_sctp = true;
  const auto begins = [](const std::string& chunks, const Settings& settings) {
    return kSctp.schedulable(segment_of(chunks_of(chunks)), settings);
  };
  BOOST_TEST(begins("1", strict));
  for (const char* chunk : {"0", "2", "6", "10", "14", "193"}) BOOST_TEST(!begins(chunk, strict));
  for (const char* chunk : {"0", "1", "2", "10", "14", "193"}) BOOST_TEST(begins(chunk, sloppy));
  BOOST_TEST(!begins("6", sloppy));
  BOOST_TEST(!begins("short", sloppy));
  BOOST_TEST(begins("x01000004", strict));
  BOOST_TEST(kSctp.resets(segment_of(chunks_of("6"))));
  BOOST_TEST(!kSctp.resets(segment_of(chunks_of("1"))));
  BOOST_TEST(kSctp.opens(segment_of(chunks_of("1"))));
  BOOST_TEST(!kSctp.opens(segment_of(chunks_of("2"))));

  Connection connection;
  connection.state = static_cast<uint8_t>(SctpState::closed);
  BOOST_TEST(kSctp.reusable(connection, 1));
  BOOST_TEST(!kSctp.reusable(connection, 0));
  connection.state = static_cast<uint8_t>(SctpState::shutdown_ack_sent);
  BOOST_TEST(!kSctp.reusable(connection, 3));
}

// --- CRC32c ---

// Bit by bit, over the whole with four zeros where the checksum stands.
uint32_t plain_crc32c(Packet bytes) {
  std::fill(bytes.begin() + 8, bytes.begin() + 12, uint8_t{0});
  uint32_t crc = ~0U;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

BOOST_AUTO_TEST_CASE(crc32c) {
  BOOST_TEST(sctp_checksum(Packet(32)) == 0x8a9136aaU);  // RFC 7143, A.4
  Random random(11);
  for (size_t size = 12; size < 120; ++size) {
    Packet bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
    BOOST_TEST(sctp_checksum(bytes) == plain_crc32c(bytes));
  }
}

// The packet with one end replaced, and as the kernel sent it: one hop further.
void check_replaced(const std::string& packet, Side side, const std::string& by,
                    const std::string& sent) {
  wire::Frame frame = frame_of(from_hex(packet));
  const auto ip = *wire::IpEdit::over(frame.bytes());
  const auto was = ip.payload().begin() + (side == Side::source ? 0 : 2);
  const wire::Endpoint from{ip.address(side), load_be16(&*was)};
  kSctp.replace_end(frame, ip, side, end(by), rewriting(from, end(by)));
  ip.take_hop();
  BOOST_TEST(hex(bytes_of(frame)) == hex(from_hex(sent)));
}

BOOST_AUTO_TEST_CASE(replaced_ends) {
  check_replaced(
      "450000300001400040843c39cb007105c000020a4e218e3c0102030438b4fb08"
      "01000010000000000000000000000000",
      Side::destination, "198.51.100.1:5000",
      "45000030000140003f84d50ecb007105c63364014e21138801020304b2c00f66"
      "01000010000000000000000000000000");
  check_replaced(
      "45000030000140004084d40ec6336401cb00710513884e2101020304a436be47"
      "ff000010000000000000000000000000",
      Side::source, "192.0.2.10:36412",
      "45000030000140003f843d39c000020acb0071058e3c4e2101020304ed922eb0"
      "ff000010000000000000000000000000");
  // A wrong checksum leaves right.
  check_replaced(
      "450000300001400040843c39cb007105c000020a4e218e3c0102030444332211"
      "10000010000000000000000000000000",
      Side::destination, "198.51.100.1:5000",
      "45000030000140003f84d50ecb007105c63364014e21138801020304f3e52582"
      "10000010000000000000000000000000");
}

BOOST_AUTO_TEST_CASE(no_port_changes_no_checksum) {
  const Packet packet = from_hex(
      "450000300001400040843c39cb007105c000020a4e218e3c0102030444332211"
      "10000010000000000000000000000000");
  wire::Frame frame = frame_of(packet);
  const auto ip = *wire::IpEdit::over(frame.bytes());
  const wire::Endpoint to = end("198.51.100.1:36412");
  kSctp.replace_end(frame, ip, Side::destination, to, rewriting({ip.destination(), 36412}, to));
  BOOST_TEST((ip.destination() == address("198.51.100.1")));
  BOOST_TEST(ip.v4().checksum_good());
  BOOST_TEST(std::equal(packet.begin() + 20, packet.end(), frame.bytes().begin() + 20));
}

}  // namespace
}  // namespace lvslab::director::test
