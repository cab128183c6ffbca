// Columns and line breaks.
#include "emulator/report/layout.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/report/unicode.hh"
#include "tests/unit/report/random_run.hh"

namespace lvslab::report {
namespace {

using Lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(report_layout)

BOOST_AUTO_TEST_CASE(lines_break_at_blanks) {
  BOOST_TEST((wrapped("one two three", 7) == Lines{"one two", "three"}));
  BOOST_TEST((wrapped("one two three", 8) == Lines{"one two", "three"}));
  BOOST_TEST((wrapped("one two three", 13) == Lines{"one two three"}));
  BOOST_TEST((wrapped("", 5) == Lines{""}));
}

BOOST_AUTO_TEST_CASE(a_word_too_long_is_cut_between_characters) {
  BOOST_TEST((wrapped("→→→→→", 2) == Lines{"→→", "→→", "→"}));
}

BOOST_AUTO_TEST_CASE(no_line_is_too_long_and_no_word_is_lost) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const auto text = visible(sample::random_text(random, 80));
    const auto width = 1 + random.below(30);
    std::string again, expected;
    for (const auto& line : wrapped(text, width)) {
      BOOST_REQUIRE_LE(columns(line), width);
      again += line;
    }
    std::erase(again, ' ');
    expected = text;
    std::erase(expected, ' ');
    BOOST_REQUIRE_EQUAL(again, expected);
  }
}

BOOST_AUTO_TEST_CASE(small_things) {
  BOOST_TEST(padded_to("→", 3) == "→  ");
  BOOST_TEST(padded_to("long", 3) == "long");
  BOOST_TEST(fixed(0.105, 1) == "0.1");
  BOOST_TEST(fixed(1e300, 0).size() == 301);
  BOOST_TEST(counted(1, "check") == "1 check");
  BOOST_TEST(counted(0, "check") == "0 checks");
  BOOST_TEST(joined({"a", "", "b"}, ", ") == "a, b");
  BOOST_TEST((lines_of("a\n\nb\n") == Lines{"a", "", "b"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
