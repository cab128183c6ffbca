// JUnit XML: the golden document, and well-formed whatever stands in a run.
#include "emulator/report/junit.hh"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

std::string junit_of(const std::vector<RunResult>& runs) {
  std::ostringstream out;
  write_junit(out, runs);
  return out.str();
}

bool has(const std::string& needle, const std::string& text) {
  return text.find(needle) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(report_junit)

BOOST_AUTO_TEST_CASE(a_suite_for_a_lab_and_a_case_for_a_check) {
  BOOST_TEST(junit_of({sample::failed()}) == R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="lvslab" tests="2" failures="1" errors="0" skipped="0" time="0.466">
  <testsuite name="dr" tests="2" failures="1" errors="0" skipped="0" time="0.466" file="labs/dr.yaml">
    <properties>
      <property name="place" value="netns"/>
      <property name="director" value="embedded"/>
      <property name="servers" value="as in the file"/>
      <property name="seed" value="1"/>
      <property name="frames" value="212"/>
      <property name="status" value="failed"/>
    </properties>
    <testcase name="requests: answers: {rs1: 4, rs2: 4}" classname="dr" file="labs/dr.yaml" line="40" time="0">
      <failure message="rs1: 8" type="failure">labs/dr.yaml:40:9
rs1: 8
expected rs1: 4, rs2: 4
found    rs1: 8
rs2 was sent no frame
</failure>
    </testcase>
    <testcase name="requests: checksums: good" classname="dr" file="labs/dr.yaml" line="41" time="0"/>
  </testsuite>
</testsuites>
)");
}

BOOST_AUTO_TEST_CASE(wrong_files_are_errors_and_missing_capabilities_are_skipped) {
  const auto text = junit_of({sample::unusable(), sample::unavailable()});
  BOOST_TEST(has("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\"", text));
  BOOST_TEST(has("<error message=\"labs/wrong.yaml:3:5: unknown key &#34;netwroks&#34;;", text));
  BOOST_TEST(has("<skipped message=\"/dev/net/tun: run as root", text));
}

BOOST_AUTO_TEST_CASE(what_xml_forbids_is_made_visible) {
  auto run = sample::failed();
  run.steps[0].verdicts[0].found = "<a> & \"b\"\x1b[31m\nline\xff\xef\xbf\xbf";
  const auto text = junit_of({run});
  BOOST_TEST(has(
      "message=\"&#60;a&#62; &#38; &#34;b&#34;\\x1b[31m&#10;line\xef\xbf\xbd\xef\xbf\xbd\"", text));
}

BOOST_AUTO_TEST_CASE(any_run_is_well_formed) {
  if (::system("command -v python3 > /dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: python3 is not installed");
    return;
  }
  // A reader that gave up must fail this test, not end the program.
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  // One process reads them all: a document a line, behind its length.
  FILE* reader = ::popen(
      "python3 -c '\n"
      "import sys, xml.dom.minidom\n"
      "data = sys.stdin.buffer\n"
      "for head in iter(data.readline, b\"\"):\n"
      "    xml.dom.minidom.parseString(data.read(int(head)))\n"
      "'",
      "w");
  BOOST_REQUIRE(reader != nullptr);
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const auto kind = seed % 2 == 0 ? sample::random_text : sample::random_bytes;
    const auto text =
        junit_of({sample::random_run(random, kind), sample::random_run(random, kind)});
    const auto head = std::to_string(text.size()) + "\n";
    ::fputs(head.c_str(), reader);
    ::fwrite(text.data(), 1, text.size(), reader);
  }
  BOOST_TEST(::pclose(reader) == 0);
  ::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
