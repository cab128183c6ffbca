// The network itself: who gets a frame, when, and that the same run is the same again.

#include "pair.hh"

namespace lvslab::sim::test {

namespace {

// Keeps what comes, sends what it is told to, and ticks at one time.
class Probe final : public node::Node {
 public:
  void receive(uint32_t, wire::Frame frame, Time now, node::Outbox&) override {
    came.push_back({now, frame.size()});
  }
  void tick(Time now, node::Outbox&) override {
    ticked.push_back(now);
    due = kNever;
  }
  Time next_deadline() const override { return due; }

  std::vector<std::pair<Time, size_t>> came;
  std::vector<Time> ticked;
  Time due = kNever;
};

struct Log final : Observer {
  void saw(Time at, uint32_t port, fabric::Direction direction, const wire::Frame& frame) override {
    lines.push_back(std::to_string(at.time_since_epoch().count()) + " " + std::to_string(port) +
                    (direction == fabric::Direction::sent ? " > " : " < ") +
                    std::to_string(frame.size()));
  }
  std::vector<std::string> lines;
};

wire::Frame frame_to(const wire::Mac& to, uint8_t from, size_t size = 60) {
  wire::Frame frame(size);
  std::fill(frame.data(), frame.data() + size, uint8_t{0});
  const auto ethernet = *wire::EthernetEdit::over(frame.bytes());
  ethernet.set_destination(to);
  ethernet.set_source(mac_of(from));
  return frame;
}

// Three on one segment, the fourth alone on another.
struct Four {
  Four() : simulation(&log) {
    const uint32_t one = simulation.add_segment(), other = simulation.add_segment();
    for (uint8_t i = 0; i < 4; ++i)
      simulation.add_node(probes[i], {{mac_of(i), i == 2 ? 500U : 1500U, i < 3 ? one : other}});
  }
  void run() { simulation.settle(kNever); }
  Log log;
  Probe probes[4];
  Simulation simulation;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(unicast_goes_to_its_port_alone) {
  Four net;
  net.simulation.send(0, frame_to(mac_of(1), 0));
  net.run();
  BOOST_TEST(net.probes[1].came.size() == 1U);
  BOOST_TEST((net.probes[1].came[0].first == Time(kHop)));
  BOOST_TEST(net.probes[2].came.empty());
  const std::vector<std::string> seen = {"0 0 > 60", "1000 1 < 60"};
  BOOST_TEST(net.log.lines == seen, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_group_gets_it_all_but_who_sent_it) {
  Four net;
  net.simulation.send(1, frame_to(wire::broadcast_mac(), 1));
  net.run();
  BOOST_TEST(net.probes[0].came.size() == 1U);
  BOOST_TEST(net.probes[1].came.empty());
  BOOST_TEST(net.probes[2].came.size() == 1U);
  BOOST_TEST(net.probes[3].came.empty());
}

BOOST_AUTO_TEST_CASE(what_nobody_takes_is_counted) {
  Four net;
  net.simulation.send(0, frame_to(mac_of(3), 0));       // on the other segment
  net.simulation.send(0, frame_to(mac_of(0), 0));       // to itself
  net.simulation.send(0, frame_to(mac_of(2), 0, 600));  // above its MTU
  net.simulation.send(0, wire::Frame(5));
  net.run();
  BOOST_TEST(net.simulation.lost() == 4U);
  BOOST_TEST(net.simulation.delivered() == 0U);
  net.simulation.send(0, frame_to(mac_of(2), 0, 514));
  net.run();
  BOOST_TEST(net.simulation.delivered() == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_gone_gets_nothing_and_ticks_no_more) {
  Four net;
  net.probes[1].due = Time(milliseconds(5));
  net.simulation.acted(1);
  net.simulation.exchange(1, nullptr);
  net.simulation.send(0, frame_to(mac_of(1), 0));
  net.simulation.run_until([] { return false; }, Time(seconds(1)));
  BOOST_TEST(net.probes[1].came.empty());
  BOOST_TEST(net.probes[1].ticked.empty());
  BOOST_TEST((net.simulation.now() == Time(seconds(1))));
  Probe next;
  next.due = Time(seconds(2));
  net.simulation.exchange(1, &next);
  net.simulation.run_until([] { return false; }, Time(seconds(3)));
  BOOST_TEST(next.ticked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(deadlines_are_kept_though_they_move) {
  Four net;
  net.probes[0].due = Time(milliseconds(5));
  net.simulation.acted(0);
  net.probes[0].due = Time(milliseconds(9));  // later after all
  net.simulation.acted(0);
  net.probes[2].due = Time(milliseconds(7));
  net.simulation.acted(2);
  net.simulation.run_until([] { return false; }, Time(seconds(1)));
  BOOST_REQUIRE(net.probes[0].ticked.size() == 1U);
  BOOST_TEST((net.probes[0].ticked[0] == Time(milliseconds(9))));
  BOOST_TEST((net.probes[2].ticked.at(0) == Time(milliseconds(7))));
}

BOOST_AUTO_TEST_CASE(wires_of_their_own_for_each_way) {
  Four net;
  wire::Impairments slow;
  slow.delay = milliseconds(10);
  net.simulation.impair(0, fabric::Direction::sent, slow);
  wire::Impairments slower;
  slower.delay = milliseconds(30);
  net.simulation.impair(1, fabric::Direction::received, slower);
  net.simulation.send(0, frame_to(mac_of(1), 0));
  net.simulation.send(1, frame_to(mac_of(0), 1));
  net.run();
  BOOST_TEST((net.probes[1].came.at(0).first == Time(milliseconds(40) + kHop)));
  BOOST_TEST((net.probes[0].came.at(0).first == Time(kHop)));
  wire::Impairments cut;
  cut.cut = true;
  net.simulation.impair(0, fabric::Direction::sent, cut);
  net.simulation.send(0, frame_to(mac_of(1), 0));
  net.run();
  BOOST_TEST(net.probes[1].came.size() == 1U);
  BOOST_TEST(net.simulation.wire(0, fabric::Direction::sent)->counters().lost_to_cut == 1U);
  BOOST_TEST(net.simulation.wire(3, fabric::Direction::sent) == nullptr);
}

BOOST_AUTO_TEST_CASE(requests_through_a_bad_wire) {
  Pair net;
  wire::Impairments bad;
  bad.delay = milliseconds(5);
  bad.jitter = milliseconds(2);
  bad.loss = 0.2;
  bad.duplicate = bad.reorder = bad.corrupt = 0.05;
  for (const uint32_t port : {0U, 1U})
    for (const auto direction : {fabric::Direction::sent, fabric::Direction::received})
      net.simulation.impair(port, direction, bad);
  size_t answered = 0, whole = 0;
  for (int i = 0; i < 50; ++i) {
    auto patient = web();
    patient.timeout = seconds(100);
    const auto& result = net.result(net.ask(patient));
    answered += result.outcome == host::RequestOutcome::answered;
    whole += host::read_identity(result.reply).has_value();
  }
  BOOST_TEST(answered >= 45U);  // six times in a row lost is the end of a connection
  BOOST_TEST(whole == answered);
}

BOOST_AUTO_TEST_CASE(the_same_again) {
  const auto run = [](uint8_t other) {
    Log log;
    node::ServerNode client(config_of(1), {}),
        server(config_of(other), {{node::Transport::tcp, 80}});
    Simulation simulation(&log);
    const uint32_t segment = simulation.add_segment();
    simulation.add_node(client, {{mac_of(1), 1500, segment}});
    simulation.add_node(server, {{mac_of(other), 1500, segment}});
    const std::string to = "192.0.2." + std::to_string(other) + ":80";
    for (int i = 0; i < 20; ++i)
      client.host().ask(web(to.c_str()), simulation.now(), simulation.outbox(0));
    simulation.acted(0);
    simulation.run_until([] { return false; }, Time(seconds(100)));
    return log.lines;
  };
  const auto once = run(2);
  BOOST_TEST(once.size() > 100U);
  BOOST_TEST(once == run(2), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::sim::test
