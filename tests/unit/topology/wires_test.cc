// Wires of interfaces, steps that change them, time that passes, and what clients must see of it.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

using namespace std::chrono_literals;
using Deed = SetWires::Deed;

// The sample with a wire at the client's interface.
std::string with_wire(const std::string& wire) {
  return sample_with("address: 192.0.2.69", "address: 192.0.2.69, wire: " + wire);
}

Wires wires_of(const std::string& wire) {
  return load_text(with_wire(wire), "lab.yaml").topology.hosts[0].interfaces[0].wires;
}

constexpr std::string_view kRequest =
    "    request: {from: client, to: \"198.51.100.100:80\", count: 2}\n    expect:\n      - "
    "answers: {rs1: 2}\n";

// These instead of the sample's one step, each under a name of its own; the first in line 34.
std::string with_steps(const std::vector<std::string>& deeds) {
  std::string text;
  for (const auto& deed : deeds)
    text += (text.empty() ? "" : "  - step: x\n") + ("    " + deed) + "\n";
  return text;
}

std::vector<Step> steps_of(const std::vector<std::string>& deeds) {
  return load_text(sample_with(kRequest, with_steps(deeds)), "lab.yaml").topology.scenario;
}

std::vector<std::string> said_of_steps(const std::vector<std::string>& deeds) {
  return mistakes_of(sample_with(kRequest, with_steps(deeds)));
}

template <class What>
What expected(const std::string& expectation) {
  const auto text = sample_with("answers: {rs1: 2}", expectation);
  return std::get<What>(load_text(text, "lab.yaml").topology.scenario[0].expectations[0].what);
}

struct Said {
  std::string_view sentence;
  std::string written;
  std::vector<std::string> said;
};

void check_said(const Said& one, const std::vector<std::string>& said) {
  BOOST_TEST_CONTEXT(one.sentence) {
    BOOST_TEST(said == one.said, boost::test_tools::per_element());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wires)

BOOST_AUTO_TEST_CASE(a_wire_is_perfect_unless_given) {
  for (const Host& host : load_text(kSample, "lab.yaml").topology.hosts)
    for (const Interface& one : host.interfaces) BOOST_CHECK(one.wires == Wires());
}

BOOST_AUTO_TEST_CASE(every_impairment) {
  const Wires wires = wires_of(
      "{delay: 10ms, jitter: 500us, loss: 1%, burst: {enter: 0.1%, leave: 30%}, duplicate: 0.25%, "
      "reorder: 2%, corrupt: 0.0001%, corrupt-at: 34, rate: 10Mbit, queue: 100, mtu: 1400}");
  BOOST_CHECK(wires.out == wires.in);
  BOOST_CHECK(wires.out.delay == 10ms);
  BOOST_CHECK(wires.out.jitter == 500us);
  BOOST_TEST(wires.out.loss == 0.01);
  BOOST_TEST(wires.out.burst.enter == 0.001);
  BOOST_TEST(wires.out.burst.leave == 0.3);
  BOOST_TEST(wires.out.duplicate == 0.0025);
  BOOST_TEST(wires.out.reorder == 0.02);
  BOOST_TEST(wires.out.corrupt == 0.000001);
  BOOST_TEST(wires.out.corrupt_at.value() == 34U);
  BOOST_TEST(wires.out.rate == 10'000'000U);
  BOOST_TEST(wires.out.queue == 100U);
  BOOST_TEST(wires.out.mtu == 1400U);
  BOOST_TEST(!wires.out.cut);
}

BOOST_AUTO_TEST_CASE(each_direction_of_its_own) {
  const Wires both = wires_of("{out: {delay: 1s}, in: {loss: 100%}}");
  BOOST_CHECK(both.out.delay == 1s);
  BOOST_TEST(both.out.loss == 0.0);
  BOOST_CHECK(both.in.delay == 0s);
  BOOST_TEST(both.in.loss == 1.0);
  const Wires one = wires_of("{in: {loss: 5%}}");
  BOOST_CHECK(one.out == wire::Impairments());
  BOOST_TEST(one.in.loss == 0.05);
}

BOOST_AUTO_TEST_CASE(rates_have_units) {
  BOOST_TEST(wires_of("{rate: 1000bit}").out.rate == 1000U);
  BOOST_TEST(wires_of("{rate: 1kbit}").out.rate == 1000U);
  BOOST_TEST(wires_of("{rate: 1000Gbit}").out.rate == 1'000'000'000'000U);
}

// What is written is read again as the same.
BOOST_AUTO_TEST_CASE(impairments_are_written_as_they_are_read) {
  for (const std::string text :
       {"{delay: 10ms}", "{delay: 1s, jitter: 1500us, reorder: 99.9999%}", "{loss: 0.0001%}",
        "{loss: 33.3%, duplicate: 7%}", "{burst: {enter: 0.1%, leave: 30%}}",
        "{corrupt: 100%, corrupt-at: 0}", "{rate: 1001bit}", "{rate: 64kbit, queue: 0}",
        "{rate: 3Gbit, mtu: 68}"}) {
    BOOST_TEST(to_string(wires_of(text).out) == text);
    BOOST_CHECK(wires_of(to_string(wires_of(text).out)) == wires_of(text));
  }
  BOOST_TEST(to_string(wire::Impairments()) == "{}");
  wire::Impairments cut;
  cut.cut = true;
  BOOST_TEST(to_string(cut) == "cut");
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_wire) {
  const std::string rate =
      "8:75: 'rate' wants a rate of 1000bit to 1000Gbit each second, as 500kbit or 10Mbit, not ";
  const std::string share = "8:75: 'loss' wants a share of 0% to 100%, as 5% or 0.1%, not ";
  const std::string time = "8:76: 'delay' wants a time of 1us to 600s, as 500us, 10ms or 2s, not ";
  const std::vector<Said> cases = {
      {"nothing",
       "{}",
       {"8:68: 'wire' names no impairment; leave it out where the wire is perfect"}},
      {"no direction",
       "{out: {}}",
       {"8:74: 'out' names no impairment; leave it out where the wire is perfect"}},
      {"no mapping", "slow", {}},
      {"an unknown key", "{los: 5%}", {"8:69: unknown key 'los' in 'wire'; did you mean 'loss'?"}},
      {"an unknown key of a direction",
       "{out: {los: 5%}}",
       {"8:75: unknown key 'los' in a direction of 'wire'; did you mean 'loss'?"}},
      {"a direction and what is not",
       "{out: {loss: 5%}, delay: 1ms}",
       {"8:86: 'delay' stands beside 'out'; put it into 'out', 'in' or both"}},
      {"no share", "{loss: 0.05}", {share + "'0.05'"}},
      {"too fine a share", "{loss: 0.00001%}", {share + "'0.00001%'"}},
      {"more than all", "{loss: 100.1%}", {share + "'100.1%'"}},
      {"a share of nothing", "{loss: .%}", {share + "'.%'"}},
      {"no unit", "{delay: 10}", {time + "'10'"}},
      {"no time", "{delay: 0ms}", {time + "'0ms'"}},
      {"too long", "{delay: 601s}", {time + "'601s'"}},
      {"far too long", "{delay: 18446744073709551617s}", {time + "'18446744073709551617s'"}},
      {"no unit of rates", "{rate: 10mbit}", {rate + "'10mbit'"}},
      {"too slow", "{rate: 999bit}", {rate + "'999bit'"}},
      {"a burst without end", "{burst: {enter: 1%}}", {"8:69: 'burst' lacks the key 'leave'"}},
      {"a burst that never ends",
       "{burst: {enter: 1%, leave: 0%}}",
       {"8:95: 'leave' wants a share of 0.0001% to 100%, as 5% or 0.1%, not '0%'"}},
      {"an MTU below every packet",
       "{mtu: 67}",
       {"8:74: 'mtu' wants a whole number from 68 to 65535, not '67'"}},
      {"more jitter than delay",
       "{delay: 1ms, jitter: 1001us}",
       {"8:89: 'jitter' 1001us is larger than 'delay' 1ms: a frame would arrive before it was "
        "sent; at most 1ms"}},
      {"jitter of nothing",
       "{jitter: 1ms}",
       {"8:69: 'jitter' is how much the delay varies, and there is no 'delay'"}},
      {"nothing to overtake",
       "{reorder: 1%}",
       {"8:69: 'reorder' lets frames pass those that are delayed, and there is no 'delay'"}},
      {"where nothing is corrupted",
       "{corrupt-at: 1}",
       {"8:69: 'corrupt-at' says where 'corrupt' strikes, and there is no 'corrupt'"}},
      {"a queue for nothing",
       "{queue: 1}",
       {"8:69: 'queue' is how many frames wait for the rate, and there is no 'rate'"}},
  };
  for (const Said& one : cases) {
    if (one.said.empty())
      BOOST_TEST(mistakes_of(with_wire(one.written)).size() == 1U);
    else
      check_said(one, mistakes_of(with_wire(one.written)));
  }
}

BOOST_AUTO_TEST_CASE(a_step_changes_a_wire) {
  const auto steps = steps_of({"wire: {of: \"router:eth1\", direction: in, loss: 5%}",
                               "wire: {of: \"router:eth1\", delay: 1ms}"});
  const auto& first = std::get<SetWires>(steps[0].action);
  BOOST_CHECK(first.deed == Deed::change);
  BOOST_REQUIRE(first.ports.size() == 1U);
  BOOST_TEST(first.ports[0].host == "router");
  BOOST_TEST(first.ports[0].interface == "eth1");
  BOOST_CHECK(first.ports[0].wires.out == wire::Impairments());
  BOOST_TEST(first.ports[0].wires.in.loss == 0.05);
  // All impairments of the direction are replaced.
  const auto& second = std::get<SetWires>(steps[1].action).ports[0].wires;
  BOOST_TEST(second.in.loss == 0.0);
  BOOST_CHECK(second.in.delay == 1ms);
  BOOST_CHECK(second.in == second.out);
}

BOOST_AUTO_TEST_CASE(the_other_direction_stays_as_it_is) {
  const auto steps = steps_of({"wire: {of: \"rs1:eth0\", direction: out, loss: 5%}",
                               "wire: {of: \"rs1:eth0\", direction: in, loss: 6%}"});
  const auto& wires = std::get<SetWires>(steps[1].action).ports[0].wires;
  BOOST_TEST(wires.out.loss == 0.05);
  BOOST_TEST(wires.in.loss == 0.06);
}

BOOST_AUTO_TEST_CASE(cut_and_mended) {
  const auto text =
      sample_with(kRequest, with_steps({"wire: {of: \"rs1:eth0\", loss: 5%}",
                                        "cut: [rs1:eth0, client:eth0]", "mend: rs1:eth0"}));
  const std::string slow = "eth0: {network: lan, address: 198.51.100.11";
  auto with_delay = text;
  with_delay.insert(with_delay.find(slow) + slow.size(), ", wire: {delay: 7ms}");
  const auto loaded = load_text(with_delay, "lab.yaml");
  BOOST_TEST(loaded.warnings.empty());
  const auto& cut = std::get<SetWires>(loaded.topology.scenario[1].action);
  BOOST_CHECK(cut.deed == Deed::cut);
  BOOST_REQUIRE(cut.ports.size() == 2U);
  for (const auto& port : cut.ports) BOOST_TEST((port.wires.out.cut && port.wires.in.cut));
  BOOST_TEST(cut.ports[1].host == "client");
  // As the file says it, not as it was before the cut.
  const auto& mended = std::get<SetWires>(loaded.topology.scenario[2].action);
  BOOST_CHECK(mended.deed == Deed::mend);
  BOOST_TEST(to_string(mended.ports[0].wires.in) == "{delay: 7ms}");
  BOOST_CHECK(mended.ports[0].wires.out == mended.ports[0].wires.in);
}

BOOST_AUTO_TEST_CASE(mistakes_in_steps) {
  const std::vector<Said> cases = {
      {"of nobody", "cut: rs2:eth0", {"34:10: there is no host 'rs2'; did you mean 'rs1'?"}},
      {"no interface named",
       "cut: rs1",
       {"34:10: 'cut' wants a host and its interface, as rs1:eth0, not 'rs1'"}},
      {"no such interface",
       "mend: rs1:eth1",
       {"34:11: host 'rs1' has no interface 'eth1'; did you mean 'eth0'?"}},
      {"none", "cut: []", {"34:10: 'cut' names no port"}},
      {"one of several",
       "cut: [rs1:eth0, client]",
       {"34:21: 'cut' wants a host and its interface, as rs1:eth0, not 'client'"}},
      {"no wire named", "wire: {loss: 5%}", {"34:5: 'wire' lacks the key 'of'"}},
      {"a direction of its own",
       "wire: {of: \"rs1:eth0\", direction: up}",
       {"34:39: 'direction' is out, in or both, not 'up'"}},
      {"impairments as in the file",
       "wire: {of: \"rs1:eth0\", reorder: 1%}",
       {"34:28: 'reorder' lets frames pass those that are delayed, and there is no 'delay'"}},
      {"no time",
       "wait: 0s",
       {"34:11: 'wait' wants a time of 1ms to 7200s, as 500ms or 2s, not '0s'"}},
  };
  for (const Said& one : cases) check_said(one, said_of_steps({one.written}));
}

BOOST_AUTO_TEST_CASE(steps_that_change_nothing_are_warned_of) {
  const auto warnings = [](const std::vector<std::string>& deeds) {
    return warnings_of(sample_with(kRequest, with_steps(deeds)));
  };
  BOOST_TEST(warnings({"mend: rs1:eth0"}) ==
                 std::vector<std::string>{
                     "34:11: 'mend' changes nothing: the wire of rs1:eth0 is so already"},
             boost::test_tools::per_element());
  BOOST_TEST(warnings({"cut: rs1:eth0", "cut: rs1:eth0"}).size() == 1U);
  BOOST_TEST(warnings({"cut: rs1:eth0", "mend: rs1:eth0", "cut: rs1:eth0"}).empty());
}

BOOST_AUTO_TEST_CASE(time_passes) {
  BOOST_CHECK(std::get<Wait>(steps_of({"wait: 30s"})[0].action).time == 30s);
}

BOOST_AUTO_TEST_CASE(what_clients_see) {
  const auto latency = expected<ExpectLatency>("latency: {least: 500us, most: 60ms}");
  BOOST_CHECK(latency.least == 500us);
  BOOST_CHECK(latency.most == 60ms);
  BOOST_CHECK(expected<ExpectLatency>("latency: {least: 1s}").most == Duration::max());
  BOOST_CHECK(expected<ExpectLatency>("latency: {most: 1s}").least == 0s);
  const auto answered = expected<ExpectAnswered>("answered: {least: 90%, most: 99.5%}");
  BOOST_TEST(answered.least == 900'000U);
  BOOST_TEST(answered.most == 995'000U);
  BOOST_TEST(expected<ExpectAnswered>("answered: {most: 0%}").most == 0U);
}

BOOST_AUTO_TEST_CASE(mistakes_in_what_clients_see) {
  const std::vector<Said> cases = {
      {"no bound", "latency: {}", {"36:18: 'latency' names no bound: 'least', 'most' or both"}},
      {"no share either",
       "answered: {}",
       {"36:19: 'answered' names no bound: 'least', 'most' or both"}},
      {"nothing between them",
       "latency: {least: 2s, most: 1s}",
       {"36:36: 'most' is below 'least': nothing lies between them"}},
      {"no share between them",
       "answered: {least: 2%, most: 1.9%}",
       {"36:37: 'most' is below 'least': nothing lies between them"}},
      {"a number",
       "answered: {least: 9}",
       {"36:27: 'least' wants a share of 0% to 100%, as 5% or 0.1%, not '9'"}},
  };
  for (const Said& one : cases)
    check_said(one, mistakes_of(sample_with("answers: {rs1: 2}", one.written)));
  check_mistakes({{"of a step that asks nobody",
                   kRequest,
                   "    wait: 1s\n    expect:\n      - latency: {most: 1s}\n      - answered: "
                   "{least: 1%}\n",
                   {"36:9: 'latency' needs a step with 'request', 'continue' or 'ping'",
                    "37:9: 'answered' needs a step with 'request', 'continue' or 'ping'"}}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
