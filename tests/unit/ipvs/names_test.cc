// Names both ways, and the known name nearest to a wrong one.

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(schedulers_have_one_name_each) {
  BOOST_TEST(scheduler_names().size() == 15U);
  for (const auto& name : scheduler_names()) {
    const auto scheduler = scheduler_named(name);
    BOOST_REQUIRE(scheduler);
    BOOST_TEST(name_of(*scheduler) == name);
  }
  BOOST_TEST(name_of(Scheduler::rr) == "rr");
  BOOST_TEST(name_of(Scheduler::lblcr) == "lblcr");
  BOOST_TEST(name_of(Scheduler::mh) == "mh");
  BOOST_TEST(name_of(Scheduler::none) == "none");
  BOOST_TEST(!scheduler_named("RR"));
  BOOST_TEST(!scheduler_named(""));
}

BOOST_AUTO_TEST_CASE(methods_and_protocols) {
  BOOST_TEST(name_of(Method::masquerade) == "masquerade");
  BOOST_TEST(name_of(Method::route) == "route");
  BOOST_TEST(name_of(Method::tunnel) == "tunnel");
  BOOST_TEST(name_of(Protocol::tcp) == "TCP");
  BOOST_TEST(name_of(Protocol::udp) == "UDP");
  BOOST_TEST(name_of(Protocol::sctp) == "SCTP");
}

BOOST_AUTO_TEST_CASE(keys_print_as_their_options) {
  BOOST_TEST(print(ServiceKey{AddressKey{Protocol::tcp, *Endpoint::parse("192.0.2.1:80")}}) ==
             "-t 192.0.2.1:80");
  BOOST_TEST(print(ServiceKey{MarkKey{1, Family::v6}}) == "-f 1 -6");
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_the_one_meant) {
  const std::vector<std::string_view> known = {"weight", "scheduler", "tcp-service", "rr", "wrr"};
  BOOST_TEST(nearest("wieght", known).value() == "weight");
  BOOST_TEST(nearest("Weight", known).value() == "weight");
  BOOST_TEST(nearest("sheduler", known).value() == "scheduler");
  BOOST_TEST(nearest("tcp", known).value() == "tcp-service");
  BOOST_TEST(nearest("RR", known).value() == "rr");
  BOOST_TEST(!nearest("zzzzzz", known));
  BOOST_TEST(!nearest("x", known));
  BOOST_TEST(!nearest("", known));
  BOOST_TEST(!nearest(std::string(10000, 'w'), known));
}

BOOST_AUTO_TEST_SUITE_END()
