// Cases and answers as text, there and back.

#include "emulator/conform/case.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "tests/unit/conform/sample.hh"

using namespace lvslab;
using namespace lvslab::conform;

namespace {

void refuses(const std::string& text, const std::string& words) {
  BOOST_CHECK_EXCEPTION(parse_case(text, "f.case"), UsageError, [&](const UsageError& error) {
    return std::string(error.what()).find(words) != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_is_read) {
  auto played = test::sample();
  BOOST_TEST(played.name == "sample");
  BOOST_TEST(played.interfaces.size() == 2U);
  BOOST_TEST(played.interfaces[1].mtu == 1400U);
  BOOST_TEST(played.neighbours.size() == 3U);
  BOOST_TEST(played.events.size() == 6U);
  BOOST_TEST(played.events[0].text == "-A -t 192.0.2.100:80 -s rr");
  BOOST_REQUIRE(played.marks.size() == 1U);
  BOOST_TEST(played.marks[0].mark == 7U);
  BOOST_TEST(played.length().count() == 1'500'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_printed_reads_the_same) {
  auto played = test::sample();
  played.events.push_back(test::syn(40000));
  const auto text = print(played);
  BOOST_TEST(text.find("# IP 192.0.2.9:40000 > 192.0.2.100:80 TCP [S]") != std::string::npos);
  BOOST_TEST(print(parse_case(text, "again")) == text);
}

BOOST_AUTO_TEST_CASE(mistakes_have_their_place) {
  refuses("", "no interface");
  refuses("interface eth0 02:00:00:00:00:01 1500\nin eth1 00\n", "f.case:2: no interface 'eth1'");
  refuses("interface eth0 02:00:00:00:00:01 1500\nin eth0 0g\n", "f.case:2: a frame");
  refuses("interface eth0 02:00:00:00:00:01 1500\nin eth0 000\n", "f.case:2: a frame");
  refuses("interface eth0 02:00:00:00:00:01 9999999\n", "not a number in range");
  refuses("interface eth0 02:00:00:00:00:01 1500\nwait -1\n", "not a number in range");
  refuses("interface eth0 02:00:00:00:00:01 1500\nmark 0 192.0.2.0/24\n", "not a number in range");
  refuses("interface eth0 02:00:00:00:00:01 1500\nmark 1 192.0.2.0/33\n", "mark NUMBER");
  refuses("interface eth0 02:00:00:00:00:01 1500\nsleep 1\n", "'sleep' is no word");
}

BOOST_AUTO_TEST_CASE(answers_travel_whole) {
  Answers answers;
  answers.events.push_back({{{1, {1, 2, 0xff}}, {0, {}}}, false, ""});
  answers.events.push_back({{}, true, "two\nlines \\ and\n"});
  answers.late = std::chrono::milliseconds(3);
  answers.problem = "none";
  const auto back = decode_answers(encode(std::vector<Answers>{answers, {}}));
  BOOST_REQUIRE(back.size() == 2U);
  BOOST_REQUIRE(back[0].events.size() == 2U);
  BOOST_TEST((back[0].events[0].frames == answers.events[0].frames));
  BOOST_TEST(back[0].events[1].refused);
  BOOST_TEST(back[0].events[1].text == answers.events[1].text);
  BOOST_TEST(back[0].late.count() == 3'000'000);
  BOOST_TEST(back[0].problem == "none");
  BOOST_CHECK_THROW(decode_answers("c\ne\no 1 0"), std::runtime_error);
  BOOST_CHECK_THROW(decode_answers("e\n"), std::runtime_error);
}
