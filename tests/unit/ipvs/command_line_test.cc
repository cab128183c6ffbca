// Command lines that ipvsadm 1.31 refuses, with its words and exit status, and the odd ones that it
// takes.

#include "emulator/ipvs/command_line.hh"

#include <boost/test/unit_test.hpp>

#include <sstream>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

namespace {

// Words are separated by blanks; '' is an empty one.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word == "''" ? "" : word);
  return words;
}

std::string command_of(const std::string& line) {
  return print(std::get<Command>(read_command_line(words_of(line), Resolver{})));
}

List list_of(const std::string& line) {
  return std::get<List>(read_command_line(words_of(line), Resolver{}));
}

struct Row {
  const char* line;
  int status;
  const char* says;
};

const char* const kTry = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(refused) {
  const Row rows[] = {
      {"foo", 255, kTry},
      {"-n -L", 255, kTry},
      {"--list=5", 255, kTry},
      {"--start-daemon", 255, kTry},
      {"foo -L", 2, "unexpected argument foo"},
      {"-L -- foo", 2, "unexpected argument foo"},
      {"-L -", 2, "unexpected argument -"},
      {"-Lz", 255, "-Lz: unknown option"},
      {"-L --foo=bar", 255, "--foo=bar: unknown option"},
      {"-L --stat", 255, "--stat: unknown option"},
      {"-L -t", 255, "-t: missing argument"},
      {"-L -n=5", 255, "-n=5: option does not take an argument"},
      {"-A -t 10.0.0.1:90 -p -5", 255, "-5: unknown option"},
      {"-AD", 2, "invalid option `-AD'"},
      {"-L -v", 2, "invalid option `-v'"},
      {"-list", 2, "Illegal 'scheduler' option with the 'list' command"},
      {"-C -n", 2, "Illegal 'numeric' option with the 'flush' command"},
      {"-L -n -n", 2, "multiple 'numeric' options specified"},
      {"-A -t 10.0.0.1:80 -u 10.0.0.1:80", 2, "multiple 'service-address' options specified"},
      {"-L -t 10.0.0.1:80 -c", 2,
       "The option 'service-address' conflicts with the 'connection' option in the 'list' command"},
      {"-L -c --stats", 2, "options conflicts in the list command"},
      {"-L --timeout --persistent-conn", 2, "options conflicts in the list command"},
      {"-D", 2, "You need to supply the 'service-address' option for the 'delete-service' command"},
      {"-a -t 10.0.0.1:80", 2,
       "You need to supply the 'real-server' option for the 'add-server' command"},
      {"-A -t 10.0.0.1", 2, "Zero port specified for non-persistent service"},
      {"-A -t [10.0.0.1]:80", 2, "Zero port specified for non-persistent service"},
      {"-A -t [fd00::1]", 2, "illegal virtual server address[:port] specified"},
      {"-A -t 12345", 2, "illegal virtual server address[:port] specified"},
      {"-A -t ''", 2, "illegal virtual server address[:port] specified"},
      {"-A -t nobody:80", 2, "illegal virtual server address[:port] specified"},
      {"-A -f 4294967296", 2, "invalid fwmark value `4294967296' specified"},
      {"-A -6 -f 8", 2, "-6 used before -f\n"},
      {"-A -t 10.0.0.1:80 -p=", 2, "invalid timeout value `' specified"},
      {"-A -t 10.0.0.1:80 -M x", 2, "illegal virtual server persistent mask specified"},
      {"-A -t [fd00::1]:80 -M 129", 2, "illegal ipv6 netmask specified"},
      {"-A -t 10.0.0.1:80 -o", 2, "One-Packet Scheduling is only for UDP virtual services"},
      {"-A -t 10.0.0.1:80 -b sh-port", 2, "incompatible scheduler flag `sh-port'"},
      {"-A -t 10.0.0.1:80 -b flag-1,foo extra", 2, "unexpected argument extra"},
      {"-A -t 10.0.0.1:80 -b flag-1,foo", 2, "invalid scheduler flag `foo'"},
      {"-a -t 10.0.0.1:80 -r 99", 2, "illegal real server address[:port] specified"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -w -1", 2, "illegal weight specified"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -x x", 2, "illegal u_threshold specified"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -m -i", 2, "multiple 'forwarding-method' options specified"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -m --tun-csum", 2,
       "Tunnel options conflict with forward method"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-csum", 2,
       "Illegal 'tun-csum' option with the 'ipip' tunnel type"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-type gue", 2,
       "You need to supply the 'tun-port' option for the 'gue' tunnel type"},
      {"-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-type gre --tun-csum --tun-nocsum", 2,
       "The option 'tun-csum' conflicts with the 'tun-nocsum' option in the 'gre' tunnel type"},
      {"-a -t 10.0.0.1:80 -r fd00::5", 2,
       "Different address family is allowed only for tunneling servers"},
      {"--set 1 2", 2, "--set option requires 3 timeout values"},
      {"--set 1 2 x", 2, "invalid timeout value `x' specified"},
      {"--start-daemon foo", 2, "illegal start-daemon parameter specified"},
      {"--stop-daemon foo", 2, "illegal start_daemon specified"},
      {"--start-daemon master --mcast-group 10.0.0.1", 2, "invalid IPv4 mcast-group `10.0.0.1'"},
      {"--start-daemon master --sync-maxlen 65508", 2, "illegal sync-maxlen specified"},
      {"-S --syncid 300", 2, "illegal syncid specified"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.line) {
      try {
        read_command_line(words_of(row.line), Resolver{});
        BOOST_ERROR("taken");
      } catch (const Refusal& refusal) {
        BOOST_TEST(refusal.what() == row.says);
        BOOST_TEST(refusal.status() == row.status);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(taken_as_the_real_one_takes_them) {
  BOOST_TEST(command_of("-At=1.2:080 -srr -p=70") == "-A -t 1.0.0.2:80 -s rr -p 70");
  BOOST_TEST(command_of("-A -t 10.0.0.1:80 -s=") == "-A -t 10.0.0.1:80 -s wlc");
  BOOST_TEST(command_of("-A -f +9 -6 -6 -p") == "-A -f 9 -6 -s wlc -p 360");
  // A mask before an IPv6 service is forgotten, one after it is its prefix.
  BOOST_TEST(command_of("-A -M 64 -t [fd00::1]:80 -p") == "-A -t [fd00::1]:80 -s wlc -p 360");
  BOOST_TEST(command_of("-A -t [fd00::1]:80 -M 64x -p") ==
             "-A -t [fd00::1]:80 -s wlc -p 360 -M 64");
  // A server takes the port of the service named before it; direct routing in the end.
  BOOST_TEST(command_of("-a -r 10.0.0.2 -t 10.0.0.1:80 -m") ==
             "-a -t 10.0.0.1:80 -r 10.0.0.2:0 -m -w 1");
  BOOST_TEST(command_of("-a -r 10.0.0.2 -t 10.0.0.1:80") ==
             "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1");
  BOOST_TEST(command_of("--set 1 2 3") == "--set 1 2 3");
  BOOST_TEST(command_of("--start-daemon=backup --syncid=7 --mcast-interface ''") ==
             "--start-daemon backup --syncid 7 --mcast-interface eth0");
  BOOST_TEST(std::holds_alternative<UnknownModule>(
      read_command_line(words_of("-A -t 10.0.0.1:80 -s foo"), Resolver{})));
}

BOOST_AUTO_TEST_CASE(listings) {
  BOOST_TEST((list_of("").what == List::What::services));
  BOOST_TEST(!list_of("").form.numeric);
  BOOST_TEST((list_of("-Lnc").what == List::What::connections));
  BOOST_TEST((list_of("-L --timeout --tun-info").what == List::What::timeouts));
  BOOST_TEST((list_of("-L --daemon").what == List::What::daemons));
  // Of several columns the first counts.
  BOOST_TEST((list_of("-L --tun-info --rate --stats").form.columns == Columns::stats));
  BOOST_TEST((list_of("-L --tun-info --thresholds").form.columns == Columns::thresholds));
  BOOST_TEST(list_of("-L -t 10.0.0.1:80").service.has_value());
  BOOST_TEST(!list_of("-L --nosort").form.sorted);
}

BOOST_AUTO_TEST_SUITE_END()
