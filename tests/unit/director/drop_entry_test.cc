// vs.drop_entry=3: what half-open and idle connections it costs, and which it spares. It draws
// lots, so shares are held to within five standard deviations.

#include <cmath>

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr int kMany = 6400;

struct Dropping : Bench {
  explicit Dropping(int mode, const char* service_flags = "") : Bench(settings(mode)) {
    rules({(std::string("-A -t 192.0.2.10:80 -s rr ") + service_flags).c_str(),
           "-a -t 192.0.2.10:80 -r 198.51.100.1 -g", "-A -u 192.0.2.10:53 -s rr",
           "-a -u 192.0.2.10:53 -r 198.51.100.1 -g"});
  }
  static Settings settings(int mode) {
    Settings settings;
    settings.drop_entry = mode;
    return settings;
  }
  static std::string client(int i) {
    return "203.0." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250) + ":40000";
  }
  void say(const std::string& flags, int packets = 1) {
    for (int i = 0; i < kMany; ++i)
      for (int n = 0; n < packets; ++n) request(tcp_packet(client(i), "192.0.2.10:80", flags));
  }
  void ask() {
    for (int i = 0; i < kMany; ++i) request(udp_packet(client(i), "192.0.2.10:53"));
  }
  // The lots of a second are drawn; how many are gone then.
  int lost_in(Duration pause) {
    const auto before = director.entries();
    now += pause;
    director.expire(now);
    return static_cast<int>(before - director.entries());
  }
};

void is_share(int lost, int of, double share) {
  const double mean = of * share, deviation = std::sqrt(of * share * (1 - share));
  BOOST_TEST(std::abs(lost - mean) < 5 * deviation, lost << " of " << of << ", not " << mean);
}

BOOST_AUTO_TEST_SUITE(drop_entry)

BOOST_AUTO_TEST_CASE(half_open_connections_go_each_second) {
  Dropping bench(3);
  bench.say("S");
  const int first = bench.lost_in(1s);
  is_share(first, kMany, 1.0 / 32);
  is_share(bench.lost_in(1s), kMany - first, 1.0 / 32);
  BOOST_TEST(bench.lost_in(100ms) == 0);
}

BOOST_AUTO_TEST_CASE(only_mode_3_does_it_without_need) {
  for (const int mode : {0, 1, 2}) {
    Dropping bench(mode);
    bench.say("S");
    BOOST_TEST(bench.lost_in(1s) == 0);
  }
}

BOOST_AUTO_TEST_CASE(established_ones_go_when_they_are_idle_and_young) {
  Dropping bench(3);
  bench.say("S");
  bench.say("A");
  BOOST_TEST(bench.lost_in(59s) == 0);
  is_share(bench.lost_in(2s), kMany, 1.0 / 64);  // of two packets: every second of those drawn
}

BOOST_AUTO_TEST_CASE(those_that_said_much_stay) {
  Dropping bench(3);
  bench.say("S");
  bench.say("A", 8);
  BOOST_TEST(bench.lost_in(61s) == 0);
}

BOOST_AUTO_TEST_CASE(those_that_close_stay) {
  Dropping bench(3);
  bench.say("S");
  bench.say("FA");
  BOOST_TEST(bench.lost_in(1s) == 0);
}

BOOST_AUTO_TEST_CASE(datagrams_go_when_idle) {
  Dropping bench(3);
  bench.ask();
  BOOST_TEST(bench.lost_in(1s) == 0);
  is_share(bench.lost_in(60s), kMany, 1.0 / 32);
}

// What it controls keeps a template; alone it goes, unless a connection of it was established.
BOOST_AUTO_TEST_CASE(templates_go_with_the_last_of_theirs) {
  Dropping bench(3, "-p 600");
  bench.say("S");
  BOOST_TEST(bench.director.entries() == 2U * kMany);
  const int lost = bench.lost_in(1s);
  is_share(lost, kMany, 1.0 / 32);
  BOOST_TEST(bench.lost_in(100ms) == lost);  // theirs, with the next tick
}

BOOST_AUTO_TEST_CASE(it_begins_and_ends_with_the_setting) {
  Dropping bench(0);
  bench.say("S");
  bench.director.change(Dropping::settings(3));
  is_share(bench.lost_in(1s), kMany, 1.0 / 32);
  bench.director.change(Dropping::settings(0));
  BOOST_TEST(bench.lost_in(5s) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::director::test
