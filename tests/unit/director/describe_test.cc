// Verdicts in words.

#include <algorithm>

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

BOOST_AUTO_TEST_CASE(words_for_what_happened) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -g",
               "-A -u 192.0.2.10:53 -s wlc", "-a -u 192.0.2.10:53 -r 198.51.100.2:5353 -m",
               "-A -t 192.0.2.10:81 -s sh"});
  const auto said = [&](const Spec& spec, Hook hook = Hook::local_in) {
    const Outcome outcome = bench.send(spec.bytes(), hook);
    return describe(outcome.verdict, outcome.note);
  };
  const Spec syn = tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S");
  BOOST_TEST(said(syn) ==
             "LVS: PREROUTING > INPUT 192.0.2.10:80 TCP rr -> new connection to 198.51.100.1:80 by "
             "route > POSTROUTING, state SYN_RECV");
  BOOST_TEST(said(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "A")) ==
             "LVS: PREROUTING > INPUT 192.0.2.10:80 TCP rr -> connection to 198.51.100.1:80 by "
             "route > POSTROUTING, state ESTABLISHED");
  said(udp_packet("203.0.113.5:40000", "192.0.2.10:53"));
  BOOST_TEST(said(udp_packet("198.51.100.2:5353", "203.0.113.5:40000"), Hook::forward) ==
             "LVS: FORWARD, source 198.51.100.2:5353 -> 192.0.2.10:53 (masquerade) > POSTROUTING, "
             "state UDP");
  BOOST_TEST(said(tcp_packet("192.0.2.10:80", "203.0.113.5:40000", "A"), Hook::forward) ==
             "LVS: FORWARD, reply of 198.51.100.1:80 by route unchanged, state ESTABLISHED");
  BOOST_TEST(said(tcp_packet("203.0.113.5:40000", "192.0.2.10:81", "S")) ==
             "LVS: 192.0.2.10:81 TCP sh -> dropped, no_destination: no server of the service can "
             "take a new connection, answered with ICMP type 3 code 3");
  BOOST_TEST(said(tcp_packet("203.0.113.5:40000", "192.0.2.99:80", "S")) ==
             "LVS: no service or connection of its own, the host goes on");
  BOOST_TEST(said(tcp_packet("203.0.113.5:20", "192.0.2.10:80", "S")) ==
             "LVS: no service or connection of its own, the host goes on");
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name_and_an_explanation) {
  std::vector<std::string> names;
  for (uint8_t i = 0; i < static_cast<uint8_t>(DropReason::kCount); ++i) {
    const auto reason = static_cast<DropReason>(i);
    BOOST_TEST(name_of(reason) != "unknown");
    BOOST_TEST(!explain(reason).empty());
    names.emplace_back(name_of(reason));
  }
  std::sort(names.begin(), names.end());
  BOOST_TEST((std::adjacent_find(names.begin(), names.end()) == names.end()));
}

}  // namespace
}  // namespace lvslab::director::test
