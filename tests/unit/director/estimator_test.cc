// Rates and counters by samples. The numbers of the first cases are what `ipvsadm -L --stats` and
// `--rate` of Linux 6.1 showed after the same traffic.

#include "emulator/director/estimator.hh"

#include <boost/test/unit_test.hpp>
#include <ostream>

namespace lvslab::ipvs {
std::ostream& operator<<(std::ostream& out, const Counters& c) {
  return out << c.connections << ' ' << c.packets_in << ' ' << c.packets_out << ' ' << c.bytes_in
             << ' ' << c.bytes_out;
}
std::ostream& operator<<(std::ostream& out, const Rates& r) {
  return out << r.connections << ' ' << r.packets_in << ' ' << r.packets_out << ' ' << r.bytes_in
             << ' ' << r.bytes_out;
}
}  // namespace lvslab::ipvs

namespace lvslab::director::test {
namespace {

using namespace std::chrono_literals;
using ipvs::Counters;
using ipvs::Rates;

BOOST_AUTO_TEST_CASE(as_the_kernel_shows_it) {
  Estimator estimator;
  const auto shows = [&](const Counters& counters, const Rates& rates) {
    BOOST_TEST(estimator.counters() == counters);
    BOOST_TEST(estimator.rates() == rates);
  };
  shows({}, {});
  // 160 datagrams of 80 bytes, 80 replies of 128, 7 connections.
  Counters total{7, 160, 80, 12800, 10240};
  shows({}, {});  // counted, but not yet sampled
  estimator.sample(total);
  shows(total, {1, 20, 10, 1600, 1280});
  estimator.sample(total);
  shows(total, {1, 15, 7, 1200, 960});
  estimator.sample(total);
  shows(total, {0, 11, 6, 900, 720});
  estimator.sample(total);
  shows(total, {0, 8, 4, 675, 540});
  total = {7, 201, 100, 53800, 12800};
  estimator.sample(total);
  shows(total, {0, 11, 6, 5631, 725});
  estimator.sample(total);
  shows(total, {0, 9, 4, 4223, 544});

  // -Z between a burst and its sample: the burst shows up after it.
  total = {7, 211, 105, 55080, 13440};
  estimator.zero();
  shows({}, {});
  estimator.sample(total);
  shows({0, 10, 5, 1280, 640}, {0, 1, 1, 160, 80});
  estimator.sample(total);
  shows({0, 10, 5, 1280, 640}, {0, 1, 0, 120, 60});
  estimator.sample(total);
  total = {7, 241, 120, 58920, 15360};
  estimator.sample(total);
  shows({0, 40, 20, 5120, 2560}, {0, 4, 2, 547, 274});
  estimator.zero();
  estimator.sample(total);
  shows({}, {});
}

BOOST_AUTO_TEST_CASE(rates_die_away) {
  Estimator estimator;
  const Counters total{1000, 1000000, 1000000, uint64_t{1} << 36, 1};
  estimator.sample(total);
  BOOST_TEST(estimator.rates().bytes_in == UINT32_MAX);  // 2^33 a second, which has no place
  for (int i = 0; i < 256; ++i) estimator.sample(total);
  BOOST_TEST(estimator.rates() == Rates{});
  BOOST_TEST(estimator.counters() == total);
}

BOOST_AUTO_TEST_CASE(samples_every_two_seconds) {
  Sampling sampling(Time(1s));
  BOOST_TEST((sampling.next() == Time(3s)));
  BOOST_TEST(sampling.due(Time(2999ms)) == 0U);
  BOOST_TEST(sampling.due(Time(3s)) == 1U);
  BOOST_TEST(sampling.due(Time(3s)) == 0U);
  BOOST_TEST(sampling.due(Time(9s)) == 3U);
  BOOST_TEST((sampling.next() == Time(11s)));
  BOOST_TEST(sampling.due(Time(24h)) == 256U);
  BOOST_TEST((sampling.next() == Time(24h + 1s)));
}

}  // namespace
}  // namespace lvslab::director::test
