// Cases for schedulers: many connections, servers that change, and a wrong director that shows.

#include "emulator/conform/choices.hh"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "emulator/conform/ours.hh"
#include "emulator/conform/timing.hh"
#include "emulator/ipvs/language.hh"

using namespace lvslab;
using namespace lvslab::conform;

namespace {

size_t count(const Case& played, std::string_view begin) {
  return static_cast<size_t>(
      std::count_if(played.events.begin(), played.events.end(), [&](const Event& event) {
        return event.kind == EventKind::rule && event.text.starts_with(begin);
      }));
}

// Whether some connection goes elsewhere.
bool frames_differ(const Answers& one, const Answers& other) {
  for (size_t i = 0; i < one.events.size(); ++i)
    if (one.events[i].frames != other.events[i].frames) return true;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_scheduler_but_twos_has_a_case) {
  const auto all = choice_cases({1, 200, true});
  BOOST_TEST(all.size() == 13U);
  for (const Case& played : all) {
    BOOST_TEST(played.frames() >= 280U, played.name);
    // Servers come, go and change while connections are made.
    for (const char* change : {"-a ", "-d ", "-e "})
      BOOST_TEST(count(played, change) > 5U, played.name << ": " << change);
    BOOST_TEST(print(parse_case(print(played), "again")) == print(played));
  }
  BOOST_TEST(std::none_of(all.begin(), all.end(), [](const Case& played) {
    return print(played).find("twos") != std::string::npos;
  }));
}

BOOST_AUTO_TEST_CASE(they_say_what_was_chosen) {
  for (const Case& played : choice_cases({2, 400, true})) {
    const Answers answers = play_ours(played);
    size_t chosen = 0, refused = 0;
    for (const Answer& answer : answers.events) {
      chosen += answer.frames.size();
      refused += answer.refused;
    }
    // None is chosen where all servers have weight 0 or too much to do; fo, ovf and dh have least.
    BOOST_TEST(chosen > played.frames() / 3, played.name);
    BOOST_TEST(refused == 0U, played.name);
  }
}

BOOST_AUTO_TEST_CASE(time_keeps_away_from_timers) {
  for (const bool patient : {false, true})
    for (const Case& played : choice_cases({3, 1000, patient})) {
      const Timing timing = timing_of(played);
      BOOST_TEST(to_seconds(timing.slack) > 5.0, played.name);
      BOOST_TEST(!timing.hasty, played.name);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_scheduler_goes_elsewhere) {
  for (const Case& played : choice_cases({1, 100, true})) {
    const Case wrong = with_wrong_schedulers(played);
    const Answers ours = play_ours(played), other = play_ours(wrong);
    BOOST_TEST(std::none_of(other.events.begin(), other.events.end(),
                            [](const Answer& answer) { return answer.refused; }));
    BOOST_TEST(frames_differ(ours, other), played.name);
    BOOST_TEST(!frames_differ(ours, play_ours(played)), played.name);
  }
}
