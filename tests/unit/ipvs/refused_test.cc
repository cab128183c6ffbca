// Rules that ipvsadm 1.31, or the kernel behind it, refuses: where the finger points and what is
// said. Each row is the nearest wrong neighbour of a rule that accepted_test.cc takes.

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

namespace {

struct Row {
  const char* line;
  const char* finger;  // the word that is wrong: its last occurrence in the line
  const char* says;    // a part of the sentence
};

template <size_t N>
void check_all(const Row (&rows)[N]) {
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.line) {
      try {
        BOOST_ERROR("accepted as " << print(parse(row.line)));
      } catch (const RuleError& refused) {
        BOOST_TEST(refused.column() == std::string_view(row.line).rfind(row.finger) + 1);
        const std::string_view why = refused.what();
        BOOST_TEST(why.find(row.says) != std::string_view::npos, "it says: " << why);
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(refused)

BOOST_AUTO_TEST_CASE(lines_without_a_command) {
  check_all({
      {"", "", "begins with its command"},
      {"   ", "   ", "begins with its command"},
      {"ipvsadm", "ipvsadm", "begins with its command"},
      {"rr", "rr", "begins with its command"},
      {"-t 192.0.2.1:80 -A", "-t", "begins with its command"},
      {"-X", "-X", "begins with its command"},
      {"-L -n", "-L", "changes no rules"},
      {"-S", "-S", "changes no rules"},
      {"-R", "-R", "changes no rules"},
  });
}

BOOST_AUTO_TEST_CASE(daemons) {
  check_all({
      {"--start-daemon both", "both", "master or backup"},
      {"--stop-daemon master --mcast-ttl 5", "--mcast-ttl", "does not go with --stop-daemon"},
      {"--start-daemon master --syncid 256", "256", "from 0 to 255"},
      {"--start-daemon master --sync-maxlen 65508", "65508", "from 1 to 65507"},
      {"--start-daemon master --mcast-group 192.0.2.1", "192.0.2.1", "not a multicast address"},
      {"--start-daemon master --mcast-interface sixteen-letters-", "sixteen-letters-", "too long"},
  });
}

BOOST_AUTO_TEST_CASE(unknown_options_and_what_was_meant) {
  check_all({
      {"-A --tcp 192.0.2.1:80", "--tcp", "did you mean --tcp-service?"},
      {"-A -t 192.0.2.1:80 --wieght 1", "--wieght", "did you mean --weight?"},
      {"-A -t 192.0.2.1:80 --shceduler=rr", "--shceduler", "did you mean --scheduler?"},
      {"--add -t 192.0.2.1:80", "--add", "did you mean --add-service?"},
      {"-A -t 192.0.2.1:80 -j", "-j", "unknown option '-j'"},
      {"-A -T 192.0.2.1:80", "-T", "did you mean -t?"},
      {"-A -t 192.0.2.1:80 -scheduler rr", "-scheduler", "write --scheduler"},
      {"-A -t 192.0.2.1:80 -p -5", "-5", "unknown option '-5'"},
      {"--set -1 2 3", "-1", "unknown option '-1'"},
      {"-A -t 192.0.2.1:80 --zzzzzzzzz", "--zzz", "ipvsadm(8) has none like it"},
  });
}

BOOST_AUTO_TEST_CASE(options_with_and_without_values) {
  check_all({
      {"-A -t 192.0.2.1:80 -s", "-s", "-s (--scheduler) needs a value"},
      {"-A -t 192.0.2.1:80 --scheduler=", "--scheduler=", "needs a value"},
      {"-A -t", "-t", "needs a value"},
      {"-A -u 192.0.2.1:80 --ops=1", "--ops=1", "-o takes no value"},
      {"--set=1 2 3", "--set=1", "takes no value"},
      {"-A -t 192.0.2.1:80 extra", "extra", "unexpected word 'extra'"},
      {"-A -t 192.0.2.1:80 -", "-", "unexpected word '-'"},
      {"-A -t 192.0.2.1:80 -p 10 20", "20", "unexpected word '20'"},
      {"-C x", "x", "unexpected word 'x'"},
      {"--set 1 2", "--set", "three timeouts"},
      {"--set 1 2 3 4", "4", "unexpected word '4'"},
  });
}

BOOST_AUTO_TEST_CASE(options_that_do_not_go_together) {
  check_all({
      {"-A -t 192.0.2.1:80 -s rr -s rr", "-s", "-s stands twice"},
      {"-A -t 192.0.2.1:80 -u 192.0.2.1:80", "-u", "-t and -u exclude each other"},
      {"-A -a -t 192.0.2.1:80", "-a", "-A and -a exclude each other"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -m -g", "-g", "-m and -g exclude each other"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -m -m", "-m", "-m stands twice"},
      {"-A -t 192.0.2.1:80 -r 192.0.2.2", "-r", "-r (--real-server) does not go with -A"},
      {"-A -t 192.0.2.1:80 -w 1", "-w", "does not go with -A"},
      {"-A -t 192.0.2.1:80 -m", "-m", "does not go with -A"},
      {"-A -t 192.0.2.1:80 -n", "-n", "does not go with -A"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -p", "-p", "does not go with -a"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -s rr", "-s", "does not go with -a"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -o", "-o", "does not go with -a"},
      {"-e -t 192.0.2.9:80 -r 198.51.100.1 -M 255.0.0.0", "-M", "does not go with -e"},
      {"-d -t 192.0.2.9:80 -r 203.0.113.1 -m", "-m", "does not go with -d"},
      {"-d -t 192.0.2.9:80 -r 203.0.113.1 -w 1", "-w", "does not go with -d"},
      {"-D -t 192.0.2.9:80 -s rr", "-s", "does not go with -D"},
      {"-C -n", "-n", "does not go with -C, which takes no options"},
      {"-C -t 192.0.2.1:80", "-t", "does not go with -C"},
      {"-Z -s rr", "-s", "does not go with -Z"},
      {"-Z -r 192.0.2.2", "-r", "does not go with -Z"},
      {"--set 1 2 3 -t 192.0.2.1:80", "-t", "does not go with --set"},
  });
}

BOOST_AUTO_TEST_CASE(options_that_are_missing) {
  check_all({
      {"-A", "-A", "-A needs a service: -t, -u, --sctp-service, -f"},
      {"-A -s rr", "-A", "needs a service"},
      {"-D", "-D", "needs a service"},
      {"-a -r 198.51.100.1", "-a", "needs a service"},
      {"-a -t 192.0.2.9:80 -m", "-a", "-a needs a server"},
      {"-d -t 192.0.2.9:80", "-d", "-d needs a server"},
  });
}

BOOST_AUTO_TEST_CASE(addresses) {
  check_all({
      {"-A -t 192.0.2.300:80", "192.0.2.300", "'192.0.2.300' is not an IPv4 or IPv6 address"},
      {"-A -t www.example.com:80", "www", "names are not looked up"},
      {"-A -t 192.0.2:80", "192.0.2", "is not an IPv4"},  // ipvsadm: 192.0.0.2
      {"-A -t :80", ":80", "is not an IPv4"},
      {"-A -t 192.0.2.1:65536", "65536", "port '65536' is not a number from 0 to 65535"},
      {"-A -t 192.0.2.1:-1", "-1", "port '-1'"},
      {"-A -t 192.0.2.1:0x50", "0x50", "port '0x50'"},
      {"-A -t 192.0.2.1:", "", "port ''"},
      {"-A -t 192.0.2.1:http", "http", "port 'http'"},  // ipvsadm looks it up
      {"-A -t [2001:db8::1] -p", "[2001", "write [2001:db8::1]:PORT or 2001:db8::1"},
      {"-A -t [192.0.2.1]:80", "[192", "write 192.0.2.1:80"},
      {"-A -t [2001:db8::1:80", "[2001", "unpaired brackets"},
      {"-A -t 2001:db8::1]:80", "2001", "unpaired brackets"},
      {"-a -t 192.0.2.9:80 -r [2001:db8::1] -i", "[2001", "has brackets but no port"},
      {"-a -t 192.0.2.9:80 -r -m", "-m", "'-m' is not an IPv4"},
      {"-a -t 192.0.2.9:80 -r 224.0.0.1", "224", "not unicast"},
      {"-a -t 192.0.2.9:80 -r 0.0.0.0", "0.0.0.0", "not unicast"},
      {"-a -t 192.0.2.9:80 -r 255.255.255.255", "255.255.255.255", "not unicast"},
      {"-a -t 192.0.2.9:80 -r [ff02::1]:80 -i", "[ff02", "not unicast"},
  });
}

BOOST_AUTO_TEST_CASE(services) {
  check_all({
      {"-A -t 192.0.2.1", "192.0.2.1", "name a port or add -p"},
      {"-A -t 192.0.2.1:0 -s rr", "192.0.2.1:0", "name a port or add -p"},
      {"-E -t 192.0.2.8 -s rr", "192.0.2.8", "name a port or add -p"},
      {"-A -t 2001:db8::1:80", "2001", "is [ADDRESS]:PORT"},
      {"-A -t 192.0.2.1:80 -o", "-o", "is for UDP services"},
      {"-A --sctp-service 192.0.2.1:80 -o", "-o", "is for UDP services"},
      {"-A -t 192.0.2.1:80 -s wrrr", "wrrr", "did you mean wrr?"},
      {"-A -t 192.0.2.1:80 -s RR", "RR", "did you mean rr?"},
      {"-A -t 192.0.2.1:80 -s zzzzzzz", "zzzzzzz", "there are rr, wrr, lc"},
      {"-A -t 192.0.2.1:80 -s mh -b sh-port", "sh-port", "no flag of scheduler mh"},
      {"-A -t 192.0.2.1:80 -s rr -b sh-port", "sh-port", "no flag of scheduler rr"},
      {"-A -t 192.0.2.1:80 -s sh -b sh-port,nosuch", "nosuch", "it takes sh-fallback, sh-port"},
      {"-A -u 192.0.2.1:80 --pe foo -p", "foo", "there is sip only"},
      {"-A -f 0", "0", "firewall mark '0' is not a number from 1"},
      {"-A -f 0x10", "0x10", "firewall mark"},
      {"-A -f 4294967296", "4294967296", "firewall mark"},
      {"-A -6 -f 1", "-6", "-6 must follow -f"},
      {"-A -t [2001:db8::1]:80 -6", "-6", "-6 goes with -f only"},
  });
}

BOOST_AUTO_TEST_CASE(persistence_and_masks) {
  check_all({
      {"-A -t 192.0.2.1:80 -p 0", "0", "is not a number from 1 to 2678400"},
      {"-A -t 192.0.2.1:80 -p 2678401", "2678401", "is not a number from 1"},
      {"-A -t 192.0.2.1:80 -p 99999999999999999999999", "99999999999999999999999",
       "is not a number"},
      {"-A -t 192.0.2.1:80 -p 0x10", "0x10", "is not a number"},
      {"-A -t 192.0.2.1:80 -p x", "x", "is not a number"},
      {"-A -u 192.0.2.1:80 -po", "o", "persistence timeout (s) 'o'"},
      {"--set 1 2 2678401", "2678401", "timeout (s) '2678401'"},
      {"--set x 2 3", "x", "timeout (s) 'x'"},
      {"-A -t 192.0.2.1:80 -p -M x", "x", "write it as 255.255.255.0"},
      {"-A -t [2001:db8::1]:80 -p -M 0", "0", "IPv6 prefix length '0'"},
      {"-A -t [2001:db8::1]:80 -p -M 129", "129", "IPv6 prefix length '129'"},
      {"-A -t [2001:db8::1]:80 -p -M 255.0.0.0", "255.0.0.0", "IPv6 prefix length"},
      // ipvsadm takes these and forgets the mask.
      {"-A -M 64 -t [2001:db8::1]:80 -p", "-M", "-M must follow -t"},
      {"-A -f 1 -p -M 64 -6", "-M", "-M must follow -6"},
  });
}

BOOST_AUTO_TEST_CASE(servers) {
  check_all({
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 2147483648", "2147483648",
       "weight '2147483648' is not a number from 0 to 2147483647"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w -1", "-1", "weight '-1'"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 0x10", "0x10", "weight"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 3x", "3x", "weight"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 --weight=3x", "3x", "weight"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -mw3x", "3x", "weight"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -x 2147483648", "2147483648", "upper threshold"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -x 3 -y 5", "5", "above the upper one (-x), which is 3"},
      {"-e -t 192.0.2.9:80 -r 198.51.100.1 -y 5", "5", "above the upper one (-x), which is 0"},
      {"-a -t 192.0.2.9:80 -r [2001:db8::1]:80 -m", "[2001", "needs -i (tunnel)"},
      {"-a -t 192.0.2.9:80 -r [2001:db8::1]:80 -g", "[2001", "needs -i (tunnel)"},
      {"-a -t [2001:db8::9]:80 -r 198.51.100.1:80 -m", "198", "needs -i (tunnel)"},
      {"-a -f 9 -r 2001:db8::1 -m", "2001", "needs -i (tunnel)"},
  });
}

BOOST_AUTO_TEST_CASE(tunnels) {
  check_all({
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-port 6080", "--tun-port",
       "does not go with tunnel type ipip"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type ipip --tun-nocsum", "--tun-nocsum",
       "does not go with tunnel type ipip"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-csum", "--tun-csum", "add --tun-type gue"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue", "--tun-type", "needs --tun-port"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue --tun-port 0", "0",
       "tunnel port '0' is not a number from 1 to 65535"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue --tun-port 65536", "65536",
       "tunnel port"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue --tun-port 1 --tun-csum --tun-remcsum",
       "--tun-remcsum", "--tun-csum and --tun-remcsum exclude each other"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue --tun-port 1 --tun-csum --tun-csum",
       "--tun-csum", "stands twice"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gre --tun-remcsum", "--tun-remcsum",
       "--tun-type gue only"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gre --tun-port 5", "--tun-port",
       "--tun-type gue only"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type GUE --tun-port 5", "GUE",
       "there are ipip, gue, gre"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -m --tun-type gre", "--tun-type", "goes with -i only"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 --tun-type ipip", "--tun-type", "goes with -i only"},
  });
}

BOOST_AUTO_TEST_SUITE_END()
