// The director's settings as sysctl takes and prints them: the bounds of Linux 6.1, and what a
// refused value leaves behind.

#include "emulator/ipvs/settings.hh"

#include <boost/test/unit_test.hpp>

using namespace lvslab::ipvs;

namespace {

struct Row {
  const char* says;
  const char* name;
  const char* written;
  const char* read;  // afterwards; what it was before if `written` is refused
  bool taken = true;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_or_refused) {
  const Row rows[] = {
      {"a switch is 0 or 1", "cache_bypass", "1", "1"},
      {"a switch that is on goes off", "pmtu_disc", "0", "0"},
      {"a number of three kinds", "drop_entry", "3", "3"},
      {"beyond the last kind", "drop_entry", "4", "0", false},
      {"below the least", "sync_ports", "0", "1", false},
      {"at the most", "sync_ports", "64", "64"},
      {"beyond the most", "sync_ports", "65", "1", false},
      {"there are two versions of sync messages", "sync_version", "2", "1", false},
      {"white space around a number, as echo writes it", "amemthresh", " 2048\n", "2048"},
      {"nothing", "amemthresh", "", "1024", false},
      {"white space alone", "amemthresh", " \n", "1024", false},
      {"no number", "amemthresh", "many", "1024", false},
      {"a number with something behind it", "amemthresh", "12x", "1024", false},
      {"a number no int can hold", "amemthresh", "4294967296", "1024", false},
      {"a threshold and its period", "sync_threshold", "5 100", "5\t100"},
      {"a tab between, as it prints", "sync_threshold", "5\t100", "5\t100"},
      {"a period of 0: once, at the threshold", "sync_threshold", "5 0", "5\t0"},
      {"a threshold at its period is never met", "sync_threshold", "50 50", "3\t50", false},
      {"a threshold beyond its period", "sync_threshold", "60 50", "3\t50", false},
      {"a threshold alone", "sync_threshold", "5", "3\t50", false},
      {"a negative threshold", "sync_threshold", "-1 50", "3\t50", false},
      {"a negative period", "sync_threshold", "3 -1", "3\t50", false},
      {"a threshold in letters", "sync_threshold", "x 50", "3\t50", false},
      {"a period in letters", "sync_threshold", "3 x", "3\t50", false},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says << ": " << row.name << "=" << row.written) {
      Settings settings;
      BOOST_TEST(set(settings, row.name, row.written) == row.taken);
      BOOST_TEST(get(settings, row.name).value_or("unknown") == row.read);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_name_is_read_and_a_written_value_changes_no_other) {
  BOOST_TEST(setting_names().size() == 27U);
  for (const auto name : setting_names()) {
    Settings settings;
    BOOST_TEST_REQUIRE(get(settings, name).has_value(), name);
    const bool pair = name == "sync_threshold";
    const bool on = *get(settings, name) == "1";
    // sync_ports has no 0; 2 is not its default.
    const std::string value = pair ? "1 2" : name == "sync_ports" ? "2" : on ? "0" : "1";
    BOOST_TEST(set(settings, name, value), name);
    for (const auto other : setting_names())
      BOOST_TEST((get(settings, other) == get(Settings(), other)) == (other != name),
                 name << " written, " << other << " read");
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_neither_read_nor_written) {
  Settings settings;
  BOOST_TEST(!set(settings, "nat_icmp_sent", "1"));
  BOOST_TEST(!get(settings, "nat_icmp_sent"));
  BOOST_TEST(!get(settings, ""));
}

BOOST_AUTO_TEST_SUITE_END()
