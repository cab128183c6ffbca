#include "emulator/node/marks.hh"

#include "emulator/ipvs/language.hh"
#include "small_lab.hh"

namespace lvslab::node::test {

namespace {

std::vector<uint8_t> bytes_of(Tins::PDU&& packet) {
  return packet.serialize();
}
std::vector<uint8_t> tcp_to(const char* address, uint16_t port) {
  return bytes_of(Tins::IP(address, "203.0.113.69") / Tins::TCP(port, 40000));
}
std::vector<uint8_t> udp6_to(const char* address, uint16_t port) {
  return bytes_of(Tins::IPv6(address, "2001:db8::69") / Tins::UDP(port, 40000));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(marks)

BOOST_AUTO_TEST_CASE(what_a_rule_fits) {
  const MarkRule web{7, prefix("192.0.2.80/32"), 6, 80};
  const auto mark = [](const MarkRule& rule, const std::vector<uint8_t>& packet) {
    return mark_of({rule}, packet);
  };
  BOOST_TEST(mark(web, tcp_to("192.0.2.80", 80)) == 7U);
  BOOST_TEST(mark(web, tcp_to("192.0.2.80", 81)) == 0U, "another port");
  BOOST_TEST(mark(web, tcp_to("192.0.2.81", 80)) == 0U, "another address");
  BOOST_TEST(mark({7, web.to, 17, 80}, tcp_to("192.0.2.80", 80)) == 0U, "another protocol");
  BOOST_TEST(mark({7, web.to, 6, 0}, tcp_to("192.0.2.80", 81)) == 7U, "any port");
  BOOST_TEST(mark({7, prefix("192.0.2.0/24"), 0, 0}, tcp_to("192.0.2.80", 81)) == 7U, "a network");
  BOOST_TEST(mark({7, prefix("::/0"), 0, 0}, tcp_to("192.0.2.80", 81)) == 0U, "another family");
}

BOOST_AUTO_TEST_CASE(over_ipv6_and_behind_extension_headers) {
  const MarkRule rule{9, prefix("2001:db8::80/128"), 17, 53};
  auto packet = udp6_to("2001:db8::80", 53);
  BOOST_TEST(mark_of({rule}, packet) == 9U);
  // A destination options header of eight bytes (RFC 8200, 4.6) between the two.
  const std::vector<uint8_t> options = {17, 0, 1, 4, 0, 0, 0, 0};
  packet.insert(packet.begin() + 40, options.begin(), options.end());
  packet[6] = 60;
  packet[5] = static_cast<uint8_t>(packet[5] + options.size());
  BOOST_TEST(mark_of({rule}, packet) == 9U);
}

BOOST_AUTO_TEST_CASE(the_last_rule_that_fits_counts) {
  const std::vector<MarkRule> rules = {{1, prefix("192.0.2.80/32"), 0, 0},
                                       {2, prefix("192.0.2.80/32"), 6, 80},
                                       {3, prefix("192.0.2.80/32"), 6, 81}};
  BOOST_TEST(mark_of(rules, tcp_to("192.0.2.80", 80)) == 2U);
  BOOST_TEST(mark_of(rules, tcp_to("192.0.2.80", 82)) == 1U);
  BOOST_TEST(mark_of({}, tcp_to("192.0.2.80", 80)) == 0U);
}

BOOST_AUTO_TEST_CASE(packets_that_end_early) {
  const MarkRule web{7, prefix("192.0.2.80/32"), 6, 80};
  const auto whole = tcp_to("192.0.2.80", 80);
  for (size_t size = 0; size < whole.size(); ++size) {
    // With a total length that says so.
    std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    if (size >= 4) store_be16(cut.data() + 2, static_cast<uint16_t>(size));
    BOOST_TEST(mark_of({web}, cut) == (size >= 24 ? 7U : 0U), size);
  }
  const auto whole6 = udp6_to("2001:db8::80", 53);
  for (size_t size = 0; size < whole6.size(); ++size)
    mark_of({{9, prefix("::/0"), 17, 53}}, Bytes(whole6).first(size));
}

// The director goes by the mark, and without one by the address.
BOOST_AUTO_TEST_CASE(a_service_of_a_mark) {
  for (const bool marked : {true, false}) {
    host::HostConfig config;
    config.name = "director";
    config.interfaces = {{"eth0",
                          Mac("02:00:00:00:00:01"),
                          1500,
                          {prefix("192.0.2.1/24"), prefix("192.0.2.80/32")},
                          {}}};
    DirectorNode director(config);
    SmallLab wires;
    wires.join("director", director, {0});
    for (const char* line : {"-A -f 5 -s rr", "-a -f 5 -r 192.0.2.11 -g"})
      director.apply(ipvs::parse(line), wires.now);
    if (marked) director.set_marks({{5, prefix("192.0.2.80/32"), 6, 80}});
    Tins::TCP tcp(80, 40000);
    tcp.flags(Tins::TCP::SYN);
    wires.inject(0, "client",
                 Tins::EthernetII("02:00:00:00:00:01", "02:00:00:00:00:69") /
                     Tins::IP("192.0.2.80", "192.0.2.69") / tcp);
    BOOST_TEST(director.director().connections(wires.now).size() == (marked ? 1U : 0U));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::node::test
