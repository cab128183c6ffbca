// A run as text: the golden page, and what holds for any run.
#include "emulator/report/text.hh"

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"
#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

std::string text_of(const RunResult& run, const TextStyle& style = {}) {
  std::ostringstream out;
  print_text(out, run, style);
  return out.str();
}

constexpr const char* kFailedPage = R"(dr  labs/dr.yaml
Direct routing: requests pass the director, replies do not.
warning: rs2 is in another segment

  client ── rs1

1. requests · 8 requests over TCP from client to 192.0.2.80:80

  request: SYN of 198.51.100.69:49152 → delivered to rs1
        ms  host      in > out     what it did
     1.023  client    > eth0       made the packet
                                   198.51.100.69:49152 > 192.0.2.80:80 TCP SYN
     1.060  router    eth0 > eth1  routed
                                   eth.src  02:00:00:00:01:45 → 02:00:00:00:02:01
                                   eth.dst  02:00:00:00:01:01 → 02:00:00:00:02:0a
                                   ip.ttl   64 → 63
     1.100  director  eth0 > eth0  PREROUTING > INPUT -t 192.0.2.80:80 rr > POSTROUTING, route to
                                   rs1 (192.0.2.11:80)
                                   eth.src  02:00:00:00:02:01 → 02:00:00:00:02:0a
                                   eth.dst  02:00:00:00:02:0a → 02:00:00:00:02:0b
     1.145  rs1       eth0 >       accepted: 192.0.2.80 is on its loopback

  ✗ FAIL  answers: {rs1: 4, rs2: 4}
          found: rs1: 8
          at labs/dr.yaml:40:9
            expected rs1: 4, rs2: 4
            found    rs1: 8
            rs2 was sent no frame
  ✓ ok    checksums: good

dr: 1 of 2 checks failed, 212 frames seen, up 0.11 s, scenario 0.34 s, down 0.01 s (netns, director
embedded, seed 1)
)";

RunResult page() {
  auto run = sample::failed();
  run.warnings = {"rs2 is in another segment"};
  run.drawing = "  client ── rs1\n";
  return run;
}

BOOST_AUTO_TEST_SUITE(report_text)

BOOST_AUTO_TEST_CASE(a_run_that_failed) {
  BOOST_TEST(text_of(page()) == kFailedPage);
}

BOOST_AUTO_TEST_CASE(ascii_has_the_same_words_and_columns) {
  const auto ascii = text_of(page(), {false, 100, false});
  BOOST_TEST(ascii == to_ascii(kFailedPage));
  BOOST_TEST(ascii.find("  x FAIL  answers") != std::string::npos);
  BOOST_TEST(ascii.find("  + ok    checksums") != std::string::npos);
  BOOST_TEST(ascii.find("ip.ttl   64 > 63") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(colour_makes_the_new_value_bold_and_nothing_else_different) {
  const auto coloured = text_of(page(), {true, 100, true});
  BOOST_TEST(coloured.find("ip.ttl   64\x1b[2m → \x1b[0m\x1b[1m63\x1b[0m\n") != std::string::npos);
  std::string plain;
  for (size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      plain += coloured[i];
  }
  BOOST_TEST(plain == kFailedPage);
}

BOOST_AUTO_TEST_CASE(the_summary_line_says_what_was_proven_and_how) {
  BOOST_TEST(summary_line(sample::passed()) ==
             "dr: 2 checks passed, 212 frames seen, up 0.11 s, scenario 0.34 s, down 0.01 s "
             "(netns, director embedded, seed 1)");
  auto run = sample::passed();
  run.servers = "kernel";
  run.lost = 3;
  run.problem = "the director died";
  BOOST_TEST(summary_line(run) ==
             "dr: did not run to its end, 2 checks passed, 212 frames seen, 3 lost, up 0.11 s, "
             "scenario 0.34 s, down 0.01 s (netns, director embedded, servers kernel, seed 1)");
  run.steps.clear();
  BOOST_TEST(summary_line(run).find("nothing checked") != std::string::npos);
  BOOST_TEST(summary_line(sample::unavailable()) ==
             "tun: can't run here: /dev/net/tun: run as root or chmod 0666 /dev/net/tun");
}

BOOST_AUTO_TEST_CASE(fields_that_come_and_go_have_a_sign) {
  auto run = sample::passed();
  run.steps[0].journeys[0].hops = {
      {"director", "eth0", "eth0", 0, "tunnel", "", {{"outer.dst", "", "192.0.2.11"}}},
      {"rs1", "eth0", "", 0, "took it off", "", {{"outer.dst", "192.0.2.11", ""}}}};
  const auto text = text_of(run);
  BOOST_TEST(text.find("outer.dst  + 192.0.2.11\n") != std::string::npos);
  BOOST_TEST(text.find("outer.dst  – 192.0.2.11\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_colour_no_run_can_bring_an_escape_or_a_line_too_long) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    auto run =
        sample::random_run(random, random.below(2) ? sample::random_text : sample::random_bytes);
    run.drawing.clear();  // its width is its maker's business
    for (auto& step : run.steps) {
      for (auto& verdict : step.verdicts) verdict.details.clear();  // theirs is kept as it is
      step.name = "step";
    }
    run.lab = "lab";
    run.file = "file";
    const TextStyle style{false, 100, true};
    const auto text = text_of(run, style);
    BOOST_TEST_CONTEXT("seed " << seed << "\n" << text) {
      BOOST_REQUIRE(text.find('\x1b') == std::string::npos);
      for (const auto& line : lines_of(text)) {
        BOOST_REQUIRE_LE(columns(line), 100);
        BOOST_REQUIRE_EQUAL(visible(line), line);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_escape_in_a_detail_or_the_drawing_is_shown_not_obeyed) {
  auto run = sample::failed();
  run.drawing = "  \x1b[31mred";
  run.steps[0].verdicts[0].details = {"\x1b]0;title\x07"};
  const auto text = text_of(run);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  BOOST_TEST(text.find("  \\x1b[31mred\n") != std::string::npos);
  BOOST_TEST(text.find("\\x1b]0;title\\x07\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
