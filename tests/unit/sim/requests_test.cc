// What an embedded host asks of another, over a simulated network, to each of its ends.

#include "pair.hh"

namespace lvslab::sim::test {

using host::RequestOutcome;

namespace {

constexpr const char* kServers[] = {"192.0.2.2", "2001:db8::2"};

std::string at(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::string server_in(const host::RequestResult& result) {
  const auto identity = host::read_identity(result.reply);
  return identity ? identity->server : "nobody";
}

bool is(RequestOutcome outcome, const host::RequestResult& result) {
  return result.outcome == outcome;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(tcp_udp_and_echo_are_answered) {
  for (const std::string address : kServers) {
    Pair net;
    const auto& tcp = net.result(net.ask(web(at(address, 80).c_str())));
    BOOST_TEST(is(RequestOutcome::answered, tcp), address);
    BOOST_TEST(server_in(tcp) == "h2");
    BOOST_TEST((host::read_identity(tcp.reply)->peer == tcp.local));
    const auto udp = net.ask(
        host::UdpQuestion{endpoint(at(address, 53).c_str()), 4000, "who?", true, seconds(1)});
    BOOST_TEST(server_in(net.result(udp)) == "h2");
    BOOST_TEST(net.result(udp).local.port == 4000);
    const auto echo =
        net.ask(host::EchoQuestion{*wire::IpAddress::parse(address), 7, "abc", seconds(1)});
    BOOST_TEST(is(RequestOutcome::answered, net.result(echo)));
    BOOST_TEST(net.result(echo).reply == "abc");
  }
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
  for (const std::string address : kServers) {
    Pair net;
    BOOST_TEST(is(RequestOutcome::refused, net.result(net.ask(web(at(address, 81).c_str())))));
    const auto udp =
        net.ask(host::UdpQuestion{endpoint(at(address, 54).c_str()), 0, "?", true, seconds(1)});
    BOOST_TEST(is(RequestOutcome::refused, net.result(udp)), address);
  }
}

BOOST_AUTO_TEST_CASE(nobody_there_and_no_way) {
  Pair net;
  // Three unanswered who-has, a second apart (RFC 826 says nothing;
  // net.ipv4.neigh.*.mcast_solicit).
  auto patient = web("192.0.2.9:80");
  patient.timeout = seconds(10);
  const auto& result = net.result(net.ask(patient));
  BOOST_TEST(is(RequestOutcome::unreachable, result));
  BOOST_TEST((result.took == seconds(3)), "after " << to_seconds(result.took) << " s");
  BOOST_TEST(is(RequestOutcome::timeout, net.result(net.ask(web("192.0.2.8:80")))));
  BOOST_TEST(is(RequestOutcome::unreachable, net.result(net.ask(web("203.0.113.1:80")))));
}

BOOST_AUTO_TEST_CASE(silence_is_a_timeout_after_its_time) {
  Pair net;
  net.result(net.ask(web()));  // they know each other
  net.server.lose = [](const wire::Frame&) { return true; };
  const auto tcp = net.ask(web());
  const auto udp =
      net.ask(host::UdpQuestion{endpoint("192.0.2.2:53"), 0, "?", true, milliseconds(300)});
  BOOST_TEST(is(RequestOutcome::timeout, net.result(udp)));
  BOOST_TEST((net.result(udp).took == milliseconds(300)));
  BOOST_TEST(is(RequestOutcome::timeout, net.result(tcp)));
  BOOST_TEST((net.result(tcp).took == seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_datagram_above_the_mtu) {
  Pair net(600);
  const std::string large(1000, 'x');
  const auto whole =
      net.ask(host::UdpQuestion{endpoint("192.0.2.2:53"), 0, large, true, seconds(1)});
  BOOST_TEST(is(RequestOutcome::too_big, net.result(whole)));
  // In pieces it arrives; the answer is larger than the client's own port takes, and lost.
  const auto pieces =
      net.ask(host::UdpQuestion{endpoint("192.0.2.2:53"), 0, large, false, seconds(1)});
  BOOST_TEST(is(RequestOutcome::timeout, net.result(pieces)));
  BOOST_TEST(net.simulation.lost() == 1U);
}

// Any one of the frames of a conversation may get lost: it ends the same, only later.
BOOST_AUTO_TEST_CASE(any_one_frame_lost) {
  size_t frames = 0;
  {
    Pair net;
    net.result(net.ask(web()));
    net.server.lose = net.client.lose = [&](const wire::Frame&) { return ++frames == 0; };
    net.result(net.ask(web()));
  }
  BOOST_TEST(frames >= 8U);
  for (size_t lost = 1; lost <= frames; ++lost) {
    Pair net;
    net.result(net.ask(web()));
    size_t count = 0;
    net.server.lose = net.client.lose = [&](const wire::Frame&) { return ++count == lost; };
    auto patient = web();
    patient.timeout = seconds(20);
    const auto& result = net.result(net.ask(patient));
    BOOST_TEST(server_in(result) == "h2", "frame " << lost << " lost");
    net.simulation.run_until([] { return false; }, net.simulation.now() + seconds(200));
    BOOST_TEST(net.server.host().tcp_connections() == 0U, "frame " << lost << " lost");
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_kept) {
  Pair net;
  auto question = web();
  question.text = "GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n";
  question.complete = &host::http_reply_complete;
  const auto id = net.ask(question);
  const auto local = net.result(id).local;
  BOOST_TEST(server_in(net.result(id)) == "h2");
  net.client.host().ask_more(id, question.text, seconds(1), net.simulation.now(),
                             net.simulation.outbox(0));
  BOOST_TEST(net.client.host().result(id) == nullptr);
  BOOST_TEST(server_in(net.result(id)) == "h2");
  BOOST_TEST((net.result(id).local == local));
  BOOST_TEST(net.server.host().tcp_connections() == 1U);
  // The server forgets it after two idle minutes, with a reset: asked then, it has ended.
  net.simulation.run_until([] { return false; }, net.simulation.now() + seconds(200));
  net.client.host().ask_more(id, question.text, seconds(1), net.simulation.now(),
                             net.simulation.outbox(0));
  BOOST_TEST(is(RequestOutcome::reset, net.result(id)));
}

BOOST_AUTO_TEST_CASE(a_thousand_at_once) {
  Pair net;
  std::vector<host::Requests::Id> asked;
  for (int i = 0; i < 1000; ++i) asked.push_back(net.ask(web()));
  size_t answered = 0;
  std::set<uint16_t> ports;
  for (const auto id : asked) {
    const auto& result = net.result(id);
    answered += is(RequestOutcome::answered, result);
    ports.insert(result.local.port);
  }
  // Those that wait for the first neighbour's answer are at most as many as its queue takes; the
  // others' SYN is said again a second later, when their time is over.
  BOOST_TEST(ports.size() == 1000U);
  BOOST_TEST(answered >= host::kNeighbourQueue);
  std::vector<host::Requests::Id> again;
  for (int i = 0; i < 1000; ++i) again.push_back(net.ask(web()));
  for (const auto id : again) BOOST_TEST(is(RequestOutcome::answered, net.result(id)));
}

BOOST_AUTO_TEST_CASE(a_port_of_ones_own_is_used_again) {
  Pair net;
  auto question = web();
  question.source_port = 5000;
  for (int i = 0; i < 3; ++i) {
    const auto& result = net.result(net.ask(question));
    BOOST_TEST(is(RequestOutcome::answered, result));
    BOOST_TEST(result.local.port == 5000);
  }
}

BOOST_AUTO_TEST_CASE(nothing_stays_behind) {
  Pair net;
  const auto id = net.ask(web());
  net.result(id);
  net.client.host().forget(id, net.simulation.now(), net.simulation.outbox(0));
  net.simulation.run_until([] { return false; }, net.simulation.now() + seconds(200));
  BOOST_TEST(net.client.host().result(id) == nullptr);
  BOOST_TEST((net.client.next_deadline() == kNever));
  BOOST_TEST((net.server.next_deadline() == kNever));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::sim::test
