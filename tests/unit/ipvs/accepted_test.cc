// Rules that ipvsadm 1.31 takes, beside what `ipvsadm -S -n` then saves (Linux 6.1): print() must
// say the same, and reading it back must give the same command.

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

namespace {

struct Row {
  const char* written;
  const char* saved;
};

void check(const Row& row) {
  BOOST_TEST_CONTEXT(row.written) {
    try {
      const Command command = parse(row.written);
      BOOST_TEST(print(command) == row.saved);
      BOOST_TEST((parse(print(command)) == command));
    } catch (const RuleError& refused) {
      BOOST_ERROR("refused at " << refused.column() << ": " << refused.what());
    }
  }
}

template <size_t N>
void check_all(const Row (&rows)[N]) {
  for (const Row& row : rows) check(row);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(accepted)

BOOST_AUTO_TEST_CASE(spellings_of_one_service) {
  check_all({
      {"-A -t 192.0.2.1:80", "-A -t 192.0.2.1:80 -s wlc"},
      {"ipvsadm -A -t 192.0.2.1:80", "-A -t 192.0.2.1:80 -s wlc"},
      {"  ipvsadm\t-A   -t 192.0.2.1:80  ", "-A -t 192.0.2.1:80 -s wlc"},
      {"-At 192.0.2.1:80 -s rr", "-A -t 192.0.2.1:80 -s rr"},
      {"-A -t192.0.2.1:80 -s=rr", "-A -t 192.0.2.1:80 -s rr"},
      {"-A -t=192.0.2.1:80 -srr", "-A -t 192.0.2.1:80 -s rr"},
      {"-A --tcp-service=192.0.2.1:80 --scheduler=rr", "-A -t 192.0.2.1:80 -s rr"},
      {"--add-service --tcp-service 192.0.2.1:80 --scheduler rr", "-A -t 192.0.2.1:80 -s rr"},
      {"-A -s rr -t 192.0.2.1:80", "-A -t 192.0.2.1:80 -s rr"},
      {"-A -t 192.0.2.1:80 --", "-A -t 192.0.2.1:80 -s wlc"},
      {"-A -u 192.0.2.1:53", "-A -u 192.0.2.1:53 -s wlc"},
      {"-A --udp-service 192.0.2.1:53", "-A -u 192.0.2.1:53 -s wlc"},
      {"-A --sctp-service 192.0.2.1:80", "-A --sctp-service 192.0.2.1:80 -s wlc"},
      {"-A -t [2001:db8::1]:80", "-A -t [2001:db8::1]:80 -s wlc"},
      {"-A -t 0.0.0.0:80", "-A -t 0.0.0.0:80 -s wlc"},
  });
}

BOOST_AUTO_TEST_CASE(firewall_marks) {
  check_all({
      {"-A -f 1", "-A -f 1 -s wlc"},
      {"-A --fwmark-service 5", "-A -f 5 -s wlc"},
      {"-A -f 1 -6", "-A -f 1 -6 -s wlc"},
      {"-A -f 1 --ipv6 -s rr", "-A -f 1 -6 -s rr"},
      // ipvsadm saves -1 here, which it would not read back.
      {"-A -f 4294967295", "-A -f 4294967295 -s wlc"},
      {"-A -f 1 -o", "-A -f 1 -s wlc -o"},
  });
}

BOOST_AUTO_TEST_CASE(persistence) {
  check_all({
      {"-A -t 192.0.2.1:80 -p", "-A -t 192.0.2.1:80 -s wlc -p 360"},  // the man page says 300
      {"-A -t 192.0.2.1:80 --persistent", "-A -t 192.0.2.1:80 -s wlc -p 360"},
      {"-A -t 192.0.2.1:80 -p 10", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 -p10", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 -p=10", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 --persistent=10", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 --persistent 10", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 -p 010", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 -p 2678400", "-A -t 192.0.2.1:80 -s wlc -p 2678400"},
      {"-A -p -t 192.0.2.1:80", "-A -t 192.0.2.1:80 -s wlc -p 360"},
      {"-A -t 192.0.2.1 -p", "-A -t 192.0.2.1:0 -s wlc -p 360"},
      {"-A -t 192.0.2.1:0 -p 10", "-A -t 192.0.2.1:0 -s wlc -p 10"},
      {"-A -t 2001:db8::1 -p", "-A -t [2001:db8::1]:0 -s wlc -p 360"},
      {"-A -t [2001:db8::1]:0 -p", "-A -t [2001:db8::1]:0 -s wlc -p 360"},
  });
}

BOOST_AUTO_TEST_CASE(netmasks) {
  check_all({
      {"-A -t 192.0.2.1:80 -p 10 -M 255.255.255.0",
       "-A -t 192.0.2.1:80 -s wlc -p 10 -M 255.255.255.0"},
      {"-A -t 192.0.2.1:80 -p 10 --netmask 255.255.255.255", "-A -t 192.0.2.1:80 -s wlc -p 10"},
      {"-A -t 192.0.2.1:80 -p 10 -M 24", "-A -t 192.0.2.1:80 -s wlc -p 10 -M 0.0.0.24"},
      {"-A -t 192.0.2.1:80 -p 10 -M 255.0.255.0", "-A -t 192.0.2.1:80 -s wlc -p 10 -M 255.0.255.0"},
      {"-A -t 192.0.2.1:80 -p 10 -M 255.255", "-A -t 192.0.2.1:80 -s wlc -p 10 -M 255.0.0.255"},
      {"-A -t 192.0.2.1:80 -p 10 -M 0.0.0.0", "-A -t 192.0.2.1:80 -s wlc -p 10 -M 0.0.0.0"},
      {"-A -t 192.0.2.1:80 -M 255.255.255.0", "-A -t 192.0.2.1:80 -s wlc"},  // no -p: no effect
      {"-A -M 255.255.255.0 -t 192.0.2.1:80 -p",
       "-A -t 192.0.2.1:80 -s wlc -p 360 -M 255.255.255.0"},
      {"-A -t [2001:db8::1]:80 -p -M 64", "-A -t [2001:db8::1]:80 -s wlc -p 360 -M 64"},
      {"-A -t [2001:db8::1]:80 -p -M 128", "-A -t [2001:db8::1]:80 -s wlc -p 360"},
      {"-A -f 1 -6 -p -M 64", "-A -f 1 -6 -s wlc -p 360 -M 64"},
      {"-A -f 1 -p -M 255.255.0.0", "-A -f 1 -s wlc -p 360 -M 255.255.0.0"},
  });
}

BOOST_AUTO_TEST_CASE(engines_flags_and_one_packet_services) {
  check_all({
      {"-A -t 192.0.2.1:80 --pe sip", "-A -t 192.0.2.1:80 -s wlc --pe sip"},
      {"-A -u 192.0.2.1:80 --pe sip -p", "-A -u 192.0.2.1:80 -s wlc -p 360 --pe sip"},
      {"-A -u 192.0.2.1:80 -o", "-A -u 192.0.2.1:80 -s wlc -o"},
      {"-A -u 192.0.2.1:80 --ops", "-A -u 192.0.2.1:80 -s wlc -o"},
      {"-Aop -u 192.0.2.1:80", "-A -u 192.0.2.1:80 -s wlc -p 360 -o"},
      {"-A -u 192.0.2.1:80 -op10", "-A -u 192.0.2.1:80 -s wlc -p 10 -o"},
      {"-A -u 192.0.2.1:80 -p -o", "-A -u 192.0.2.1:80 -s wlc -p 360 -o"},
      {"-A -t 192.0.2.1:80 -s sh -b sh-port", "-A -t 192.0.2.1:80 -s sh -b sh-port"},
      {"-A -t 192.0.2.1:80 -b sh-port -s sh", "-A -t 192.0.2.1:80 -s sh -b sh-port"},
      {"-A -t 192.0.2.1:80 -s sh -b sh-port,sh-fallback",
       "-A -t 192.0.2.1:80 -s sh -b sh-fallback,sh-port"},
      {"-A -t 192.0.2.1:80 -s sh --sched-flags=sh-port,", "-A -t 192.0.2.1:80 -s sh -b sh-port"},
      {"-A -t 192.0.2.1:80 -s mh -b mh-port,mh-fallback",
       "-A -t 192.0.2.1:80 -s mh -b mh-fallback,mh-port"},
      {"-A -t 192.0.2.1:80 -s sh -b flag-1", "-A -t 192.0.2.1:80 -s sh -b sh-fallback"},
      {"-A -t 192.0.2.1:80 -s rr -b flag-1,flag-2,flag-3",
       "-A -t 192.0.2.1:80 -s rr -b flag-1,flag-2,flag-3"},
  });
}

BOOST_AUTO_TEST_CASE(every_scheduler) {
  for (const auto& name : scheduler_names()) {
    const std::string rule = "-A -t 192.0.2.1:80 -s " + std::string(name);
    BOOST_TEST(print(parse(rule)) == rule);
  }
}

BOOST_AUTO_TEST_CASE(servers_and_their_ports) {
  check_all({
      // -g is the default. -g and -i take the service's port, whatever is written.
      {"-a -t 192.0.2.9:80 -r 198.51.100.1", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1:81 -g", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1:81 -i",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type ipip"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1:81 -m", "-a -t 192.0.2.9:80 -r 198.51.100.1:81 -m -w 1"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -m", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -m -w 1"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1:0 -m", "-a -t 192.0.2.9:80 -r 198.51.100.1:0 -m -w 1"},
      // ipvsadm does not know the service's port yet when -r stands first.
      {"-a -r 198.51.100.1 -t 192.0.2.9:80 -m", "-a -t 192.0.2.9:80 -r 198.51.100.1:0 -m -w 1"},
      {"-a -r 198.51.100.1 -t 192.0.2.9:80 -g", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1"},
      {"-a -t 192.0.2.8 -r 198.51.100.1:81 -m", "-a -t 192.0.2.8:0 -r 198.51.100.1:81 -m -w 1"},
      {"-a -t 192.0.2.8 -r 198.51.100.1:81 -g", "-a -t 192.0.2.8:0 -r 198.51.100.1:0 -g -w 1"},
      // A mark has no port to force.
      {"-a -f 9 -r 198.51.100.1 -g", "-a -f 9 -r 198.51.100.1:0 -g -w 1"},
      {"-a -f 9 -r 198.51.100.1:81 -g", "-a -f 9 -r 198.51.100.1:81 -g -w 1"},
      {"-a -f 9 -r 198.51.100.1:81 -m", "-a -f 9 -r 198.51.100.1:81 -m -w 1"},
      {"-a -f 9 -6 -r 2001:db8::1 -m", "-a -f 9 -6 -r [2001:db8::1]:0 -m -w 1"},
      {"-a -f 9 -r 2001:db8::1 -6 -m", "-a -f 9 -6 -r [2001:db8::1]:0 -m -w 1"},
      {"-a -t [2001:db8::9]:80 -r [2001:db8::1]:81 -m",
       "-a -t [2001:db8::9]:80 -r [2001:db8::1]:81 -m -w 1"},
      {"-a -t [2001:db8::9]:80 -r 2001:db8::1 -m",
       "-a -t [2001:db8::9]:80 -r [2001:db8::1]:80 -m -w 1"},
      {"-a -t 192.0.2.9:80 -r 127.0.0.1", "-a -t 192.0.2.9:80 -r 127.0.0.1:80 -g -w 1"},
  });
}

BOOST_AUTO_TEST_CASE(weights_and_thresholds) {
  check_all({
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 0", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 0"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 2147483647",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 2147483647"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w 010",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 10"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w +3", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 3"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -w3", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 3"},
      {"-at 192.0.2.9:80 -r 198.51.100.1 -mw5", "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -m -w 5"},
      // ipvsadm -S forgets -x and -y; print() does not.
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -x 5 -y 3",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1 -x 5 -y 3"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 --u-threshold 7 --l-threshold=7",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1 -x 7 -y 7"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -x 2147483647",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -g -w 1 -x 2147483647"},
      {"--add-server --tcp-service 192.0.2.9:80 --real-server 198.51.100.1 --masquerading "
       "--weight 4",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -m -w 4"},
  });
}

BOOST_AUTO_TEST_CASE(tunnels) {
  check_all({
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 --ipip --tun-type ipip",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type ipip"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-port 6080 --tun-type gue",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type=gue --tun-port=+6080 --tun-csum",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gue --tun-port 6080 --tun-remcsum",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type gue --tun-port 6080 "
       "--tun-remcsum"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gre",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum"},
      {"-a -t 192.0.2.9:80 -r 198.51.100.1 -i --tun-type gre --tun-csum",
       "-a -t 192.0.2.9:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-csum"},
      // Only a tunnel may join the families.
      {"-a -t 192.0.2.9:80 -r 2001:db8::1 -i",
       "-a -t 192.0.2.9:80 -r [2001:db8::1]:80 -i -w 1 --tun-type ipip"},
      {"-a -t [2001:db8::9]:80 -r 198.51.100.1 -i",
       "-a -t [2001:db8::9]:80 -r 198.51.100.1:80 -i -w 1 --tun-type ipip"},
      {"-a -f 9 -6 -r 198.51.100.1 -i", "-a -f 9 -6 -r 198.51.100.1:0 -i -w 1 --tun-type ipip"},
  });
}

BOOST_AUTO_TEST_CASE(the_other_commands) {
  check_all({
      {"-E -t 192.0.2.9:80", "-E -t 192.0.2.9:80 -s wlc"},
      {"--edit-service -t 192.0.2.9:80 -s mh -b mh-port", "-E -t 192.0.2.9:80 -s mh -b mh-port"},
      {"-D -t 192.0.2.9:80", "-D -t 192.0.2.9:80"},
      {"-D -t 192.0.2.9", "-D -t 192.0.2.9:0"},
      {"--delete-service -f 7 -6", "-D -f 7 -6"},
      {"-e -t 192.0.2.9:80 -r 203.0.113.1 -w 5 -m", "-e -t 192.0.2.9:80 -r 203.0.113.1:80 -m -w 5"},
      {"--edit-server -t 192.0.2.9:80 -r 203.0.113.1 --gatewaying",
       "-e -t 192.0.2.9:80 -r 203.0.113.1:80 -g -w 1"},
      {"-d -t 192.0.2.9:80 -r 203.0.113.1", "-d -t 192.0.2.9:80 -r 203.0.113.1:80"},
      {"-d -t 192.0.2.9:80 -r 203.0.113.1:81", "-d -t 192.0.2.9:80 -r 203.0.113.1:81"},
      {"--delete-server -f 9 -r 198.51.100.1", "-d -f 9 -r 198.51.100.1:0"},
      {"-C", "-C"},
      {"--clear", "-C"},
      {"-Z", "-Z"},
      {"--zero -t 192.0.2.9:80", "-Z -t 192.0.2.9:80"},
      {"--set 1 2 3", "--set 1 2 3"},
      {"--set 0 0 2678400", "--set 0 0 2678400"},
  });
}

BOOST_AUTO_TEST_SUITE_END()
