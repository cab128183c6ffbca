// What the printed line cannot show: the values inside the commands.

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

namespace {

template <class T>
T command(std::string_view line) {
  return std::get<T>(parse(line));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(a_bare_service_has_the_defaults_of_ipvsadm) {
  const Service service = command<AddService>("-A -t 192.0.2.1:80").service;
  const auto& key = std::get<AddressKey>(service.key);
  BOOST_TEST((key.protocol == Protocol::tcp));
  BOOST_TEST((key.virtual_end == *Endpoint::parse("192.0.2.1:80")));
  BOOST_TEST((service.scheduler == Scheduler::wlc));
  BOOST_TEST((service.flags == SchedulerFlags{}));
  BOOST_TEST(!service.persistence);
  BOOST_TEST(!service.one_packet);
  BOOST_TEST(service.engine.empty());
}

BOOST_AUTO_TEST_CASE(every_option_of_a_service_arrives) {
  const Service service =
      command<AddService>("-A -u 192.0.2.1:53 -s sh -b sh-port -p 90 -M 255.255.0.0 --pe sip -o")
          .service;
  BOOST_TEST((std::get<AddressKey>(service.key).protocol == Protocol::udp));
  BOOST_TEST((service.scheduler == Scheduler::sh));
  BOOST_TEST(service.flags.port);
  BOOST_TEST(!service.flags.fallback);
  BOOST_REQUIRE(service.persistence);
  BOOST_TEST(service.persistence->timeout == 90U);
  BOOST_TEST(service.persistence->netmask == 0xffff0000U);
  BOOST_TEST(service.engine == "sip");
  BOOST_TEST(service.one_packet);
}

BOOST_AUTO_TEST_CASE(an_ipv6_mask_is_a_prefix_length) {
  const Service service = command<AddService>("-A -t [2001:db8::1]:80 -p -M 48").service;
  BOOST_TEST(service.persistence->prefix6 == 48U);
  BOOST_TEST(service.persistence->netmask == 0xffffffffU);
  BOOST_TEST(service.persistence->timeout == kDefaultPersistence);
}

BOOST_AUTO_TEST_CASE(a_bare_server_has_the_defaults_of_ipvsadm) {
  const Destination server =
      command<AddDestination>("-a -t 192.0.2.1:80 -r 198.51.100.1").destination;
  BOOST_TEST((server.method == Method::route));
  BOOST_TEST(server.weight == 1U);
  BOOST_TEST(server.upper == 0U);
  BOOST_TEST(server.lower == 0U);
  BOOST_TEST((server.tunnel == Tunnel{}));
}

BOOST_AUTO_TEST_CASE(every_option_of_a_server_arrives) {
  const Destination server = command<AddDestination>(
                                 "-a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type gue --tun-port "
                                 "6080 --tun-remcsum -w 3 -x 9 -y 4")
                                 .destination;
  BOOST_TEST((server.method == Method::tunnel));
  BOOST_TEST((server.tunnel == Tunnel{TunnelType::gue, 6080, TunnelChecksum::remote}));
  BOOST_TEST(server.weight == 3U);
  BOOST_TEST(server.upper == 9U);
  BOOST_TEST(server.lower == 4U);
}

BOOST_AUTO_TEST_CASE(edits_and_timeouts) {
  const auto edit = command<EditDestination>("-e -t 192.0.2.1:80 -r 198.51.100.1:8080 -m");
  BOOST_TEST((edit.destination.method == Method::masquerade));
  BOOST_TEST(edit.destination.real.port == 8080);
  const auto set = command<SetTimeouts>("--set 900 120 300");
  BOOST_TEST((set == SetTimeouts{900, 120, 300}));
  BOOST_TEST(!command<Zero>("-Z").key);
}

BOOST_AUTO_TEST_CASE(the_family_of_a_service) {
  BOOST_TEST((family_of(command<DeleteService>("-D -t 192.0.2.1:80").key) == Family::v4));
  BOOST_TEST((family_of(command<DeleteService>("-D -t [2001:db8::1]:80").key) == Family::v6));
  BOOST_TEST((family_of(command<DeleteService>("-D -f 1").key) == Family::v4));
  BOOST_TEST((family_of(command<DeleteService>("-D -f 1 -6").key) == Family::v6));
}

BOOST_AUTO_TEST_SUITE_END()
