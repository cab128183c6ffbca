// What a director's firewall marks: as it is read, and each class of mistake.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

std::string with_marks(const std::string& marks) {
  return sample_with("    rules: |\n", "    marks: " + marks + "\n    rules: |\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(marks)

BOOST_AUTO_TEST_CASE(as_they_are_read) {
  const auto lab = load_text(with_marks("[{mark: 1, to: 198.51.100.100, over: tcp, port: 80}, "
                                        "{mark: 4294967295, to: \"2001:db8::/32\"}]"),
                             "lab.yaml")
                       .topology;
  const auto& marks = lab.find_host("director")->marks;
  BOOST_REQUIRE(marks.size() == 2U);
  BOOST_TEST(marks[0].mark == 1U);
  BOOST_TEST(marks[0].to.to_string() == "198.51.100.100/32");
  BOOST_CHECK(marks[0].over == Transport::tcp && marks[0].port == 80);
  BOOST_TEST(marks[1].mark == 4294967295U);
  BOOST_TEST(marks[1].to.to_string() == "2001:db8::/32");
  BOOST_CHECK(!marks[1].over && marks[1].port == 0);
}

BOOST_AUTO_TEST_CASE(mistakes) {
  const auto check = [](const std::string& marks, const std::vector<std::string>& said) {
    BOOST_TEST_CONTEXT(marks) {
      BOOST_TEST(mistakes_of(with_marks(marks)) == said, boost::test_tools::per_element());
    }
  };
  check("[{mark: 0, to: 192.0.2.1}]",
        {"20:20: 'mark' wants a whole number from 1 to 4294967295, not '0'"});
  check("[{mark: 1, to: 192.0.2.1/24}]",
        {"20:27: 'to': '192.0.2.1/24' has bits set beyond its prefix length; the network is "
         "192.0.2.0/24"});
  check("[{mark: 1, to: 192.0.2.1, port: 80}]",
        {"20:44: a 'port' is of 'over: tcp' or 'over: udp'; say which"});
  check("[{mark: 1, to: 192.0.2.1, over: sctp}]", {"20:44: 'over' is tcp or udp, not 'sctp'"});
  check("[{mark: 1}]", {"20:13: the mark lacks the key 'to'"});
  check("{mark: 1, to: 192.0.2.1}",
        {"20:12: 'marks' wants a list of marks, as - {mark: 1, to: 192.0.2.100}, not a mapping"});
  check_mistakes({{"a router's marks",
                   "    role: router\n",
                   "    role: router\n    marks: []\n",
                   {"12:5: 'marks' is for a director; host 'router' is a router"}}});
}

BOOST_AUTO_TEST_CASE(a_service_of_a_mark_that_nothing_gives) {
  const std::string_view rule = "      -A -t 198.51.100.100:80 -s rr\n";
  const auto with_rules = [&](const std::string& marks) {
    std::string text = with_marks(marks);
    const size_t at = text.find(rule);
    return text.insert(at, "      -A -f 1\n      -A -f 1 -6\n");
  };
  BOOST_TEST(warnings_of(with_rules("[{mark: 1, to: 192.0.2.0/24}, {mark: 2, to: \"::/0\"}]")) ==
                 std::vector<std::string>({"23:7: nothing marks packets of IPv6 with 1: director "
                                           "'director' has no such 'marks'"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
