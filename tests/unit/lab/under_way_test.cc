// Many requests under way at a time, and what happens meanwhile, in memory: by the clock alone.

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "emulator/lab/lab.hh"
#include "emulator/lab/timetable.hh"
#include "emulator/topology/reader.hh"

namespace lvslab::test {

namespace {

using scenario::Outcome;
using std::chrono::milliseconds;

// The client is 10 ms away: a request takes 40 ms with its handshake, and 60 ms to its end.
class Busy {
 public:
  Busy() : loaded_(topology::load(std::string(LVSLAB_SOURCE_DIR) + "/topologies/outage.yaml")) {
    for (auto& host : loaded_.topology.hosts)
      if (host.name == "client")
        host.interfaces.at(0).wires.out.delay = host.interfaces.at(0).wires.in.delay =
            milliseconds(10);
    options_.on = lab::Where::sim;
    lab_ = lab::make_sim_lab(loaded_.topology, options_);
  }

  scenario::StepRecord perform(topology::Action action,
                               std::vector<topology::Meanwhile> meanwhile = {}) {
    topology::Step step;
    step.action = std::move(action);
    step.meanwhile = std::move(meanwhile);
    return lab_->perform(step);
  }

 private:
  topology::Loaded loaded_;
  lab::Options options_;
  std::unique_ptr<lab::Lab> lab_;
};

topology::Request requests(uint32_t count, uint32_t at_once) {
  topology::Request request;
  request.from = "client";
  request.to = *wire::Endpoint::parse("192.0.2.100:80");
  request.count = count;
  request.at_once = at_once;
  return request;
}

size_t count_of(const scenario::StepRecord& record, Outcome outcome) {
  return static_cast<size_t>(
      std::count_if(record.exchanges.begin(), record.exchanges.end(),
                    [&](const scenario::Exchange& one) { return one.outcome == outcome; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(under_way)

BOOST_AUTO_TEST_CASE(by_the_thousand_at_once) {
  Busy lab;
  lab.perform(requests(2, 1));  // neighbours are known from here on
  const auto together = lab.perform(requests(5000, 5000));
  BOOST_TEST(count_of(together, Outcome::answered) == 5000U);
  BOOST_TEST((together.ended - together.began < milliseconds(200)));
  // The control: by tens they take five hundred times as long as one.
  const auto by_tens = lab.perform(requests(5000, 10));
  BOOST_TEST(count_of(by_tens, Outcome::answered) == 5000U);
  BOOST_TEST((by_tens.ended - by_tens.began >= milliseconds(20'000)));
}

// In the order in which they were asked, whatever the order of their ends.
BOOST_AUTO_TEST_CASE(exchanges_are_in_their_order) {
  Busy lab;
  lab.perform(requests(2, 1));
  auto asked = requests(20, 20);
  asked.timeout = milliseconds(300);
  const auto record =
      lab.perform(asked, {{milliseconds(0), topology::Life{topology::Life::Change::stop, "rs1"}}});
  BOOST_TEST(count_of(record, Outcome::answered) == 10U);
  BOOST_TEST(count_of(record, Outcome::timeout) == 10U);
  uint16_t last = 0;
  for (size_t i = 0; i < record.exchanges.size(); ++i) {
    BOOST_TEST(record.exchanges[i].client.port > last);
    last = record.exchanges[i].client.port;
    // rr begins with rs2.
    BOOST_TEST((record.exchanges[i].outcome == Outcome::answered) == (i % 2 == 0));
  }
}

// What is to happen later than the action ends happens still, and at its time.
BOOST_AUTO_TEST_CASE(the_step_lasts_until_all_is_done) {
  Busy lab;
  const auto record = lab.perform(
      requests(1, 1), {{milliseconds(500), topology::Life{topology::Life::Change::stop, "rs1"}},
                       {milliseconds(700), topology::Life{topology::Life::Change::stop, "rs2"}}});
  BOOST_TEST((record.ended - record.began >= milliseconds(700)));
  BOOST_TEST((record.ended - record.began < milliseconds(800)));
  auto after = requests(4, 4);
  after.timeout = milliseconds(100);
  BOOST_TEST(count_of(lab.perform(after), Outcome::timeout) == 4U);
}

// An item that takes longer than the next is away does not meet the next.
BOOST_AUTO_TEST_CASE(one_after_the_other) {
  topology::Step step;
  step.meanwhile = {{milliseconds(1), topology::Wait{}}, {milliseconds(2), topology::Wait{}}};
  int running = 0, most = 0, done = 0;
  std::optional<lab::Timetable> timetable;
  timetable.emplace(step, Time(), [&](const topology::Action&) {
    most = std::max(most, ++running);
    if (timetable->next() != kNever) timetable->act();
    --running, ++done;
  });
  BOOST_CHECK(timetable->next() == Time(milliseconds(1)));
  timetable->act();
  BOOST_TEST(!timetable->is_over());
  BOOST_CHECK(timetable->next() == Time(milliseconds(2)));
  timetable->act();
  BOOST_TEST(timetable->is_over());
  BOOST_CHECK(timetable->next() == kNever);
  BOOST_TEST(most == 1);
  BOOST_TEST(done == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::test
