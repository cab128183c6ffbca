// lblc, lblcr and twos, on servers by letters: what Linux 6.1 did in each situation, and sequences
// by hand.

#include <boost/test/unit_test.hpp>
#include <map>

#include "emulator/base/random.hh"
#include "emulator/director/connection.hh"
#include "emulator/director/schedule_locality.hh"
#include "tests/unit/director/packets.hh"

namespace lvslab::director::test {
namespace {

using namespace std::chrono_literals;

// A list of servers under one scheduler; each pick is a connection that stays active.
struct Pool {
  explicit Pool(ipvs::Scheduler kind) : scheduler(make_scheduler(kind)) {}

  static ipvs::Endpoint real(char name) {
    return end("198.51.100." + std::to_string(name - 'a' + 1) + ":80");
  }
  size_t place(char name) const {
    for (size_t i = 0; i < servers.size(); ++i)
      if (servers[i]->rule.real == real(name)) return i;
    BOOST_FAIL("no such server");
    return 0;
  }
  RealServer& operator[](char name) { return *servers[place(name)]; }
  static ipvs::Destination rule(char name, uint32_t weight, uint32_t upper) {
    ipvs::Destination rule;
    rule.real = real(name);
    rule.weight = weight;
    rule.upper = upper;
    return rule;
  }
  void add(char name, uint32_t weight, uint32_t upper = 0) {
    auto server = std::make_unique<RealServer>();
    server->take_rule(rule(name, weight, upper), true);
    take_in(std::move(server));
  }
  void edit(char name, uint32_t weight, uint32_t upper = 0) {
    (*this)[name].take_rule(rule(name, weight, upper), false);
    scheduler->changed(servers, Change::edited, place(name));
  }
  std::unique_ptr<RealServer> remove(char name) {
    const size_t at = place(name);
    auto server = std::move(servers[at]);
    servers.erase(servers.begin() + static_cast<ptrdiff_t>(at));
    scheduler->changed(servers, Change::removed, at);
    return server;
  }
  void take_in(std::unique_ptr<RealServer> server) {
    servers.insert(servers.begin(), std::move(server));
    scheduler->changed(servers, Change::added, 0);
  }
  char pick(const std::string& to = "192.0.2.10") {
    Request request;
    request.client = end("203.0.113.5:1024");
    request.destination = end(to + ":80");
    request.now = now;
    request.lblc_expiration = request.lblcr_expiration = expiration;
    request.random = random.next();
    RealServer* server = scheduler->schedule(servers, request);
    if (!server) return '-';
    connections.emplace_back(std::make_unique<Connection>());
    server->bind(*connections.back());
    server->set_active(*connections.back(), true);
    return static_cast<char>('a' + server->rule.real.address.bytes()[3] - 1);
  }
  std::string picks(int count, const std::string& to = "192.0.2.10") {
    std::string letters;
    for (int i = 0; i < count; ++i) letters += pick(to);
    return letters;
  }

  std::unique_ptr<Scheduler> scheduler;
  RealServers servers;
  std::vector<std::unique_ptr<Connection>> connections;
  Time now{100s};
  Duration expiration = 24h;
  Random random{1};
};

BOOST_AUTO_TEST_CASE(lblc_stays_until_overloaded) {
  Pool pool(ipvs::Scheduler::lblc);
  pool.add('a', 4);
  pool.add('b', 2);
  // List b a. b until it has more than its weight, 3; a has less than half of its own then. b is
  // overloaded again only when another is idle enough: a never is again.
  BOOST_TEST(pool.picks(8) == "bbbaaaaa");
  // Another address has a choice of its own: wlc's, b with 3/2 against a with 5/4 is the fuller.
  BOOST_TEST(pool.picks(2, "192.0.2.11") == "aa");
  BOOST_TEST(pool.pick() == 'a');
}

BOOST_AUTO_TEST_CASE(lblc_and_rules_that_change) {
  Pool pool(ipvs::Scheduler::lblc);
  pool.add('a', 9);
  pool.add('b', 9, 2);
  BOOST_TEST(pool.picks(4) == "bbbb");  // its threshold keeps no address away that it has
  BOOST_TEST(pool['b'].overloaded);
  BOOST_TEST(pool.pick("192.0.2.11") == 'a');
  pool.edit('b', 0);
  BOOST_TEST(pool.pick() == 'a');
  pool.edit('b', 9);
  BOOST_TEST(pool.pick() == 'a');
  // Deleted and added again in between, it is the one that was remembered.
  auto a = pool.remove('a');
  pool.take_in(std::move(a));
  BOOST_TEST(pool.pick() == 'a');
  a = pool.remove('a');
  BOOST_TEST(pool.pick() == 'b');
  pool.take_in(std::move(a));
  BOOST_TEST(pool.pick() == 'b');
  pool.edit('a', 0);
  pool.edit('b', 0);
  BOOST_TEST(pool.picks(2) == "--");
}

BOOST_AUTO_TEST_CASE(lblc_forgets_after_a_day_at_the_next_half_hour) {
  Pool pool(ipvs::Scheduler::lblc);
  pool.add('a', 1000);
  pool.add('b', 1000);
  BOOST_TEST(pool.picks(3) == "bbb");
  pool.now += 23h + 59min;
  BOOST_TEST(pool.pick() == 'b');
  pool.now += 24h - 1min;
  BOOST_TEST(pool.pick() == 'b');
  pool.now += 24h + 31min;
  BOOST_TEST(pool.pick() == 'a');  // wlc's choice
}

BOOST_AUTO_TEST_CASE(lblcr_grows_and_shrinks) {
  Pool pool(ipvs::Scheduler::lblcr);
  pool.expiration = 10s;
  pool.add('a', 4);
  pool.add('b', 2);
  // b until it is overloaded while a is idle; then a joins and the set's least loaded one gets it.
  BOOST_TEST(pool.picks(3) == "bbb");
  BOOST_TEST(pool.picks(4) == "aaaa");  // b:a = 3/2:0, 3/2:1/4, ...
  // b:a = 3/2:4/4, 3/2:5/4, 3/2:6/4 (a is first in the set), 3/2:7/4
  BOOST_TEST(pool.picks(4) == "aaab");
  // Ten seconds without a change: the most loaded one leaves; b:a = 4/2:7/4.
  pool.now += 10s;
  BOOST_TEST(pool.pick() == 'a');  // not yet more than ten; 4/2:8/4
  pool.now += 1ns;
  BOOST_TEST(pool.pick() ==
             'a');  // a, the first of equals, is chosen and leaves for the same reason
  BOOST_TEST(pool.picks(3) == "bbb");  // alone, however loaded: nobody is idle enough
}

BOOST_AUTO_TEST_CASE(lblcr_and_deleted_servers) {
  Pool pool(ipvs::Scheduler::lblcr);
  pool.add('a', 1);
  pool.add('b', 1);
  BOOST_TEST(pool.picks(2) == "bb");
  BOOST_TEST(pool.pick() == 'a');  // b has 2 > 1, a has none
  auto b = pool.remove('b');
  BOOST_TEST(pool.picks(2) == "aa");
  pool.take_in(std::move(b));
  BOOST_TEST(pool.pick() == 'b');  // still of the set, and less loaded
}

BOOST_AUTO_TEST_CASE(stale_entries_are_collected) {
  using Cache = LocalityCache<int>;
  Cache cache;
  const auto nth = [](uint32_t n) { return wire::IpAddress::v4_from(0x0a000000 + n); };
  Time now{1s};
  cache.collect(now, 24h);
  constexpr uint32_t kMany = 20000;
  for (uint32_t n = 0; n < kMany; ++n) cache.insert(nth(n), now) = static_cast<int>(n);
  for (uint32_t n = 0; n < kMany; ++n) BOOST_TEST(*cache.find(nth(n), now) == static_cast<int>(n));
  BOOST_TEST(!cache.find(nth(kMany), now));
  now += 5min;
  cache.collect(now, 24h);
  BOOST_TEST(cache.size() == kMany);  // none is six minutes old
  for (uint32_t n = 0; n < 1000; ++n) cache.find(nth(n), now);
  now += 1min;
  cache.collect(now, 24h);
  // 4/3 of what is too much, or up to a bucket's more.
  constexpr size_t kGoal = (kMany - Cache::kLargest) * 4 / 3;
  BOOST_TEST(cache.size() <= kMany - kGoal);
  BOOST_TEST(cache.size() > kMany - kGoal - 40);
  for (uint32_t n = 0; n < 1000; ++n) BOOST_TEST(cache.find(nth(n), now));
  // A full check: the thirtieth of the minutes that had no need to sweep.
  now += 35min;
  cache.collect(now, 30min);
  BOOST_TEST(cache.size() < 1001U);
  now += 24h * 365;
  cache.collect(now, 24h);
  BOOST_TEST(cache.size() == 0U);
  cache.insert(nth(7), now) = 7;
  BOOST_TEST(*cache.find(nth(7), now) == 7);
}

BOOST_AUTO_TEST_CASE(twos_takes_the_less_loaded_of_two) {
  Pool pool(ipvs::Scheduler::twos);
  BOOST_TEST(pool.pick() == '-');
  pool.add('a', 0);
  BOOST_TEST(pool.pick() == '-');
  pool.add('b', 1);
  BOOST_TEST(pool.picks(3) == "bbb");
  // With weights 1 and 3, in list order c d: the draws 0 and 1 of 0..4 give c. Both draws fall on
  // the idle c in (2/5)^2 of the cases, on d in (3/5)^2; else the less loaded one is taken.
  std::map<char, int> seen;
  constexpr int kTries = 20000;
  for (int i = 0; i < kTries; ++i) {
    Pool fresh(ipvs::Scheduler::twos);
    fresh.random = Random(static_cast<uint64_t>(i) * 977 + 5);
    fresh.add('d', 3);
    fresh.add('c', 1);
    fresh['d'].active = 1;
    ++seen[fresh.pick()];
  }
  BOOST_TEST(seen['d'] > kTries * 0.34);
  BOOST_TEST(seen['d'] < kTries * 0.38);
  BOOST_TEST(seen['c'] == kTries - seen['d']);
}

// How far `seen` is from `expected`, both of the same sum: chi-square.
double distance(const std::map<char, int>& seen, const std::map<char, double>& expected) {
  double sum = 0;
  for (const auto& [name, count] : expected) {
    const auto found = seen.find(name);
    const double off = (found == seen.end() ? 0 : found->second) - count;
    sum += off * off / count;
  }
  return sum;
}

// The kernel draws too, so no sequence can be compared: the distribution is.
BOOST_AUTO_TEST_CASE(twos_draws_by_weight) {
  constexpr int kTries = 22000;
  constexpr double kLimit = 16.27;  // three degrees of freedom: one in a thousand is beyond it
  std::map<char, int> idle, busy;
  for (int i = 0; i < kTries; ++i) {
    Pool fresh(ipvs::Scheduler::twos);
    fresh.random = Random(static_cast<uint64_t>(i) * 7919 + 3);
    for (const auto& [name, weight] : {std::pair{'d', 4U}, {'c', 3U}, {'b', 2U}, {'a', 1U}})
      fresh.add(name, weight);
    ++idle[fresh.pick()];
    fresh['a'].active = fresh['b'].active = fresh['c'].active = fresh['d'].active = 0;
    fresh['d'].active = 100;
    ++busy[fresh.pick()];
  }
  // Of the draws 0..10, in list order: 0 and 1 give a. All are idle, so the first of two counts.
  const auto share = [](double elevenths) { return kTries * elevenths / 11; };
  BOOST_TEST(distance(idle, {{'a', share(2)}, {'b', share(2)}, {'c', share(3)}, {'d', share(4)}}) <
             kLimit);
  // d only if it is drawn twice; of two idle ones the first, of d and another the other.
  const auto either = [&](double elevenths) { return share(elevenths * (1 + 4.0 / 11)); };
  BOOST_TEST(
      distance(busy,
               {{'a', either(2)}, {'b', either(2)}, {'c', either(3)}, {'d', share(16.0 / 11)}}) <
      kLimit);
  // Were they drawn alike, it would show.
  BOOST_TEST(
      distance(idle,
               {{'a', share(2.75)}, {'b', share(2.75)}, {'c', share(2.75)}, {'d', share(2.75)}}) >
      100.0);
}

BOOST_AUTO_TEST_CASE(twos_is_repeatable_and_passes_over_the_overloaded) {
  std::string first, second;
  for (std::string* letters : {&first, &second}) {
    Pool pool(ipvs::Scheduler::twos);
    pool.add('a', 1, 2);
    pool.add('b', 2);
    pool.add('c', 5);
    *letters = pool.picks(40);
    BOOST_TEST(pool['a'].active <= 2U);
  }
  BOOST_TEST(first == second);
}

}  // namespace
}  // namespace lvslab::director::test
