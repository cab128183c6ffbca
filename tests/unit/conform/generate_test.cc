// Random cases: from the seed alone, as many frames as wanted, with what was asked for.

#include "emulator/conform/generate.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/conform/timing.hh"

using namespace lvslab;
using namespace lvslab::conform;

namespace {

GenerateOptions basic() {
  GenerateOptions options;
  options.features = Features::parse("tcp,udp,nat,dr,tun,icmp,changes,settings,timers");
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_seed_decides) {
  const auto one = print(generate(7, basic()));
  BOOST_TEST(one == print(generate(7, basic())));
  BOOST_TEST(one != print(generate(8, basic())));
  BOOST_TEST(print(parse_case(one, "again")) == one);
}

BOOST_AUTO_TEST_CASE(cases_do_something) {
  size_t sent = 0, frames = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Case played = generate(seed, basic());
    BOOST_TEST(played.frames() >= basic().frames);
    frames += played.frames();
    for (const Answer& answer : play_ours(played).events) sent += answer.frames.size();
  }
  BOOST_TEST(sent > frames / 3);
}

BOOST_AUTO_TEST_CASE(events_keep_away_from_timers) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Timing timing = timing_of(generate(seed, basic()));
    // A few ticks for what the kernel does by itself bring a timer nearer.
    BOOST_TEST(to_seconds(timing.slack) >= 1.0,
               "seed " << seed << ": " << to_seconds(timing.slack));
    BOOST_TEST(!timing.hasty, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(features_are_read) {
  BOOST_TEST(Features::parse("tcp,nat").to_string() == "tcp,nat");
  BOOST_TEST(Features::parse("all").to_string() == Features::all().to_string());
  BOOST_TEST(!Features::parse("-v6").has(Feature::v6));
  BOOST_TEST(Features::parse("-v6").has(Feature::tcp));
  BOOST_CHECK_THROW(Features::parse("tpc"), UsageError);
}
