// Sysctl strings of the file become policies of an embedded host, or are refused by name.

#include "emulator/lab/embedded_config.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"

using namespace lvslab;

namespace {

topology::Host server() {
  topology::Host host;
  host.name = "rs1";
  host.role = topology::Role::real_server;
  host.stack = topology::Stack::embedded;
  topology::Interface interface;
  interface.name = "eth0";
  interface.mac = *wire::parse_mac("02:00:00:00:00:01");
  interface.addresses = {*wire::Prefix::parse("192.0.2.11/24")};
  host.interfaces = {interface};
  host.loopback = {*wire::Prefix::parse("198.51.100.1/32")};
  host.gateways = {*wire::IpAddress::parse("192.0.2.1")};
  return host;
}

void refuses(const topology::Host& host, const std::string& words) {
  BOOST_CHECK_EXCEPTION(lab::embedded_config(host, 1), UsageError, [&](const UsageError& error) {
    return std::string(error.what()).find(words) != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(addresses_and_routes_are_carried_over) {
  const auto config = lab::embedded_config(server(), 1);
  BOOST_TEST(config.name == "rs1");
  BOOST_TEST(config.interfaces.at(0).addresses.at(0).to_string() == "192.0.2.11/24");
  BOOST_TEST(config.loopback.at(0).to_string() == "198.51.100.1/32");
  BOOST_TEST(config.routes.at(0).destination.to_string() == "0.0.0.0/0");
  BOOST_TEST(!config.forwarding);
  BOOST_TEST(!config.tunnel.has_value());
}

BOOST_AUTO_TEST_CASE(sysctls_go_where_the_kernel_would_look) {
  auto host = server();
  host.tunnel = true;
  host.sysctls = {{"net.ipv4.conf.all.arp_ignore", "1"},
                  {"net.ipv4.conf.eth0.arp_announce", "2"},
                  {"net.ipv4.conf.tunl0.rp_filter", "1"},
                  {"net.ipv4.ip_forward", "1"}};
  const auto config = lab::embedded_config(host, 1);
  BOOST_TEST(config.all.arp_ignore == 1);
  BOOST_TEST(config.all.arp_announce == 0);
  BOOST_TEST(config.interfaces.at(0).policy.arp_announce == 2);
  BOOST_TEST(config.tunnel.value().rp_filter == 1);
  BOOST_TEST(config.forwarding);
}

BOOST_AUTO_TEST_CASE(an_interface_overrides_the_default_wherever_it_stands) {
  auto host = server();
  // In the map's order "eth0" comes after "default"; "a0" would come before it.
  host.interfaces.at(0).name = "a0";
  host.sysctls = {{"net.ipv4.conf.default.rp_filter", "1"}, {"net.ipv4.conf.a0.rp_filter", "2"}};
  BOOST_TEST(lab::embedded_config(host, 1).interfaces.at(0).policy.rp_filter == 2);
}

BOOST_AUTO_TEST_CASE(what_an_embedded_host_does_not_have_is_refused_by_name) {
  auto host = server();
  host.sysctls = {{"net.ipv4.tcp_syncookies", "1"}};
  refuses(host, "net.ipv4.tcp_syncookies");
  host.sysctls = {{"net.ipv4.conf.all.log_martians", "1"}};
  refuses(host, "arp_ignore, arp_announce and rp_filter");
  host.sysctls = {{"net.ipv4.conf.eth9.rp_filter", "1"}};
  refuses(host, "no such interface");
  host.sysctls = {{"net.ipv4.conf.all.rp_filter", "yes"}};
  refuses(host, "takes a number");
}

BOOST_AUTO_TEST_CASE(each_host_has_a_seed_of_its_own_and_always_the_same) {
  auto other = server();
  other.name = "rs2";
  BOOST_TEST(lab::embedded_config(server(), 1).seed == lab::embedded_config(server(), 1).seed);
  BOOST_TEST(lab::embedded_config(server(), 1).seed != lab::embedded_config(other, 1).seed);
  BOOST_TEST(lab::embedded_config(server(), 1).seed != lab::embedded_config(server(), 2).seed);
}

BOOST_AUTO_TEST_CASE(settings_of_the_director_by_their_sysctl_names) {
  auto host = server();
  host.role = topology::Role::director;
  host.sysctls = {{"net.ipv4.vs.expire_nodest_conn", "1"}, {"net.ipv4.vs.conn_reuse_mode", "0"}};
  const auto settings = lab::director_settings(host);
  BOOST_TEST(settings.expire_nodest_conn);
  BOOST_TEST(settings.conn_reuse_mode == 0);
  BOOST_TEST(settings.pmtu_disc);
  BOOST_CHECK_NO_THROW(lab::embedded_config(host, 1));
  host.sysctls = {{"net.ipv4.vs.drop_enrty", "1"}};
  BOOST_CHECK_THROW(lab::director_settings(host), UsageError);
  host.sysctls = {{"net.ipv4.vs.drop_entry", "3"}};
  BOOST_TEST(lab::director_settings(host).drop_entry == 3);
  host.sysctls = {{"net.ipv4.vs.drop_entry", "4"}};
  BOOST_CHECK_THROW(lab::director_settings(host), UsageError);
}
