// The lab's picture: golden for a DR lab, and within its width for labs of any shape.
#include "emulator/report/drawing.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

bool has(const std::string& needle, const std::string& text) {
  return text.find(needle) != std::string::npos;
}

void check_shape(const std::string& text) {
  for (const auto& line : lines_of(text)) {
    BOOST_TEST(columns(line) <= kDrawingWidth, line);
    BOOST_TEST(!line.ends_with(' '), line);
    BOOST_TEST(visible(line) == line);
  }
}

BOOST_AUTO_TEST_SUITE(report_drawing)

BOOST_AUTO_TEST_CASE(a_direct_routing_lab) {
  BOOST_TEST(drawing(sample::dr_lab()) == R"(  outside           lan
  198.51.100.0/24   192.0.2.0/24
  ┃                 ┃
  ●─ eth0 .69 ──────╂────────────────────── client
  ┃                 ┃                         eth0 02:00:00:00:01:45
  ┃                 ┃                         gateway 198.51.100.1
  ┃                 ┃
  ●─ eth0 .1 ───────●─ eth1 .1 ──────────── router
  ┃                 ┃                         eth0 02:00:00:00:01:01
  ┃                 ┃                         eth1 02:00:00:00:02:01
  ┃                 ┃
  ┃                 ●─ eth0 .10 .80 (VIP) ─ director   embedded
  ┃                 ┃                         eth0 02:00:00:00:02:0a
  ┃                 ┃                         -A -t 192.0.2.80:80 -s rr
  ┃                 ┃                         -a -t 192.0.2.80:80 -r 192.0.2.11:80 -g
  ┃                 ┃                         -a -t 192.0.2.80:80 -r 192.0.2.12:80 -g
  ┃                 ┃
  ┃                 ●─ eth0 .11 ─────────── rs1   real server, kernel stack
  ┃                 ┃                         eth0 02:00:00:00:02:0b
  ┃                 ┃                         lo 192.0.2.80/32 (VIP)
  ┃                 ┃                         gateway 192.0.2.1
  ┃                 ┃                         answers on tcp 80
  ┃                 ┃
  ┃                 ●─ eth0 .12 ─────────── rs2   real server, kernel stack
  ┃                 ┃                         eth0 02:00:00:00:02:0c
  ┃                 ┃                         lo 192.0.2.80/32 (VIP)
  ┃                 ┃                         gateway 192.0.2.1
  ┃                 ┃                         answers on tcp 80
)");
}

BOOST_AUTO_TEST_CASE(more_networks_leave_less_on_the_wires) {
  BOOST_TEST(has("●─ eth0 .2 ", drawing(sample::chain(4))));
  const auto many = drawing(sample::chain(12));
  BOOST_TEST(has("  A  net0  10.0.0.0/24\n", many));
  BOOST_TEST(has("●───●───╂──", many));
  BOOST_TEST(has("eth0 10.0.0.2/24 02:00:00:00:00:01\n", many));
  const auto list = drawing(sample::chain(40));
  BOOST_TEST(!has("●", list));
  BOOST_TEST(has("eth0 on net0 10.0.0.2/24", list));
}

BOOST_AUTO_TEST_CASE(every_shape_stays_within_its_width) {
  for (size_t networks = 0; networks <= 45; ++networks) {
    BOOST_TEST_CONTEXT(networks << " networks") {
      check_shape(drawing(sample::chain(networks)));
    }
  }
}

BOOST_AUTO_TEST_CASE(long_and_hostile_words_are_wrapped_and_shown) {
  auto lab = sample::dr_lab();
  lab.hosts[2].rules[0].text = std::string(300, 'x') + " \x1b[31m";
  lab.hosts[0].name = std::string(70, 'n');
  lab.networks[0].name = "out\x1b[1mside";
  check_shape(drawing(lab));
}

BOOST_AUTO_TEST_CASE(both_families_are_short_beside_their_networks) {
  auto lab = sample::dr_lab();
  lab.networks[1].subnets.push_back(wire::Prefix::parse("2001:db8::/64").value());
  lab.hosts[3].interfaces[0].addresses.push_back(wire::Prefix::parse("2001:db8::b/64").value());
  const auto text = drawing(lab);
  BOOST_TEST(has("●─ eth0 .11 ::b ─", text));
  // The network with one subnet has its bar begin a line earlier.
  BOOST_TEST(has("  ┃                 2001:db8::/64\n", text));
}

BOOST_AUTO_TEST_CASE(what_a_host_is_and_runs_stands_beside_it) {
  auto lab = sample::dr_lab();
  auto& server = lab.hosts[3];
  server.stack = topology::Stack::embedded;
  server.tunnel = true;
  server.services.push_back(
      {topology::ExecService{{"nginx", "-g", "daemon off;"},
                             topology::IdentityService{topology::Transport::tcp, 8080}},
       {}});
  lab.hosts[1].routes = {{wire::Prefix::parse("203.0.113.0/24").value(),
                          wire::IpAddress::parse("192.0.2.9").value(),
                          {}}};
  lab.hosts[2].engine = topology::Engine::ipvs;
  lab.hosts[2].interfaces[0].mtu = 1400;
  const auto text = drawing(lab);
  BOOST_TEST(has("rs1   real server, embedded stack\n", text));
  BOOST_TEST(has("tunl0 takes IPIP off\n", text));
  BOOST_TEST(has("runs nginx -g daemon off;, ready on tcp 8080\n", text));
  BOOST_TEST(has("203.0.113.0/24 via 192.0.2.9\n", text));
  BOOST_TEST(has("director   kernel IPVS\n", text));
  BOOST_TEST(has("eth0 02:00:00:00:02:0a mtu 1400\n", text));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
