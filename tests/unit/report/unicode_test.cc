// Text of unknown origin: decoding, and what becomes of what a terminal would obey.
#include "emulator/report/unicode.hh"

#include <boost/test/unit_test.hpp>

#include "tests/unit/report/random_run.hh"

namespace lvslab::report {
namespace {

BOOST_AUTO_TEST_SUITE(report_unicode)

BOOST_AUTO_TEST_CASE(every_code_point_is_written_and_read_alike) {
  for (char32_t c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    append_utf8(text, c);
    std::string_view rest = text;
    BOOST_REQUIRE(take_code_point(rest) == c);
    BOOST_REQUIRE(rest.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_replaced_byte_by_byte) {
  const std::string r = "\xef\xbf\xbd";
  struct Case {
    const char* why;
    std::string text, shown;
  };
  const std::vector<Case> cases{
      {"a continuation alone", "a\x80", "a" + r},
      {"a sequence cut short", "\xe2\x86", r + r},
      {"an overlong slash", "\xc0\xaf", r + r},
      {"a surrogate", "\xed\xa0\x80", r + r + r},
      {"above the last code point", "\xf5\x80\x80\x80", r + r + r + r},
      {"a sequence broken by a letter",
       "\xe2"
       "a\x86",
       r + "a" + r},
  };
  for (const auto& c : cases) BOOST_TEST(visible(c.text) == c.shown, c.why);
}

BOOST_AUTO_TEST_CASE(control_characters_become_visible) {
  BOOST_TEST(visible("a\n\t\r\x1b[1m\x7f\x01") == "a\\n\\t\\r\\x1b[1m\\x7f\\x01");
  BOOST_TEST(visible("\xc2\x9b"
                     "31m") == "\\x9b31m");  // C1: one-byte CSI
  BOOST_TEST(visible("\xe2\x80\xae"
                     "abc") == "\\u202eabc");                       // right-to-left override
  BOOST_TEST(visible("r\xc3\xa9seau → ✓") == "r\xc3\xa9seau → ✓");  // text stays text
}

BOOST_AUTO_TEST_CASE(columns_count_characters) {
  BOOST_TEST(columns("") == 0);
  BOOST_TEST(columns("abc") == 3);
  BOOST_TEST(columns("┃●─") == 3);
  BOOST_TEST(columns("e\xcc\x81") == 1);  // a combining accent
}

BOOST_AUTO_TEST_CASE(ascii_keeps_the_columns) {
  BOOST_TEST(to_ascii("┃ ●─ a → b ✓ ✗ \xc3\xa9") == "| o- a > b + x ?");
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const auto text = sample::random_bytes(random, 60);
    const auto ascii = to_ascii(text);
    BOOST_REQUIRE_EQUAL(ascii.size(), columns(text));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
