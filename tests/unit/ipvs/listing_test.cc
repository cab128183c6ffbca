// Listings byte for byte: the expected text is that of ipvsadm 1.31 on Linux 6.1 for these states.

#include "emulator/ipvs/listing.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab;
using namespace lvslab::ipvs;

namespace {

// Services and servers as rules say, newest server first.
std::vector<ServiceStatus> state_of(const std::vector<std::string>& rules) {
  std::vector<ServiceStatus> services;
  for (const auto& line : rules) {
    const Command command = parse(line);
    if (const auto* service = std::get_if<AddService>(&command)) {
      services.push_back({service->service, {}, {}, {}});
      continue;
    }
    auto& servers = services.back().destinations;
    servers.insert(servers.begin(),
                   {std::get<AddDestination>(command).destination, 0, 0, 0, {}, {}});
  }
  return services;
}

Form numeric(Columns columns = Columns::usual) {
  Form form;
  form.numeric = true;
  form.columns = columns;
  return form;
}

const std::string kHead =
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port Scheduler Flags\n"
    "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";

class Names : public Resolver {
 public:
  std::optional<std::string> host_of(const IpAddress& address) const override {
    if (address.is_v4()) return "a-server-with-quite-a-long-name.example.net";
    return "six.example.net";
  }
  std::optional<std::string> service_of(uint16_t port, uint8_t protocol) const override {
    if (port != 80 || protocol == 0) return {};
    return "http";
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(listing)

BOOST_AUTO_TEST_CASE(services_and_servers) {
  auto state = state_of({"-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.2 -m",
                         "-a -t 192.0.2.1:80 -r 198.51.100.1:8080 -m -w 70000",
                         "-a -t 192.0.2.1:80 -r 2001:db8::1 -i", "-A -f 5 -6 -s sh -b sh-port",
                         "-A -u 192.0.2.1:53 -p 60 -M 255.255.255.0 --pe sip -o"});
  state[0].destinations[1].active = 3;
  state[0].destinations[1].inactive = 12;
  BOOST_TEST(list_services(state, numeric(), {}) ==
             kHead +
                 "TCP  192.0.2.1:80 rr\n"
                 "  -> 198.51.100.1:8080            Masq    70000  3          12        \n"
                 "  -> 198.51.100.2:80              Masq    1      0          0         \n"
                 "  -> [2001:db8::1]:80             Tunnel  1      0          0         \n"
                 "UDP  192.0.2.1:53 wlc persistent 60 mask 255.255.255.0 pe sip ops\n"
                 "FWM  5 IPv6 sh (sh-port)\n");
  BOOST_TEST(list_service(state[1], numeric(), {}) ==
             kHead.substr(kHead.find('\n') + 1) + "FWM  5 IPv6 sh (sh-port)\n");
}

// Added in this order, the real one printed them in that.
BOOST_AUTO_TEST_CASE(addresses_are_ordered_by_their_wrapped_difference) {
  const auto state = state_of(
      {"-A -t 10.0.0.1:80", "-a -t 10.0.0.1:80 -r 10.0.0.9", "-a -t 10.0.0.1:80 -r 10.0.0.9:81 -m",
       "-a -t 10.0.0.1:80 -r 192.168.0.9:81 -m", "-a -t 10.0.0.1:80 -r 172.16.0.9:81 -m",
       "-a -t 10.0.0.1:80 -r 200.16.0.9:81 -m", "-a -t 10.0.0.1:80 -r 100.16.0.9:82 -m"});
  const std::string text = save_rules(state, numeric(), {});
  std::string order;
  for (size_t at = text.find("-r "); at != text.npos; at = text.find("-r ", at + 1))
    order += text.substr(at + 3, text.find(' ', at + 3) - at - 3) + " ";
  BOOST_TEST(order ==
             "100.16.0.9:82 172.16.0.9:81 192.168.0.9:81 200.16.0.9:81 10.0.0.9:80 10.0.0.9:81 ");
  Form unsorted = numeric();
  unsorted.sorted = false;
  const std::string as_given = save_rules(state, unsorted, {});
  BOOST_TEST(as_given.find("200.16.0.9") < as_given.find("172.16.0.9"));
}

BOOST_AUTO_TEST_CASE(counters_in_every_size) {
  auto state = state_of({"-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.2 -m"});
  state[0].counters = {99'999'999, 100'000'000, 1'000'000'000, 100'000'000'000,
                       100'000'000'000'000};
  state[0].destinations[0].counters = {7, 0, 0, 0, 0};
  const std::string title =
      "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes "
      "OutBytes\n  -> RemoteAddress:Port\n";
  BOOST_TEST(
      list_service(state[0], numeric(Columns::stats), {}) ==
      title +
          "TCP  192.0.2.1:80                 99999999  100000K    1000M     100G     100T\n"
          "  -> 198.51.100.2:80                     7        0        0        0        0\n");
  Form exact = numeric(Columns::stats);
  exact.exact = true;
  BOOST_TEST(list_service(state[0], exact, {})
                 .find(" 99999999 100000000 1000000000 100000000000 100000000000000\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(rates_of_packets_are_never_shortened) {
  auto state = state_of({"-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.2 -m"});
  state[0].rates = {1, 2, 200'000'000, 4, 5};
  state[0].destinations[0].rates = {1, 2, 200'000'000, 400'000'000, 5};
  BOOST_TEST(list_service(state[0], numeric(Columns::rates), {}) ==
             "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
             "  -> RemoteAddress:Port\n"
             "TCP  192.0.2.1:80                        1        2  200000K        4        5\n"
             "  -> 198.51.100.2:80                     1        2 200000000  400000K        5\n");
}

BOOST_AUTO_TEST_CASE(thresholds_persistence_and_tunnels) {
  auto state = state_of({"-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.1 -m -x 9",
                         "-a -t 192.0.2.1:80 -r 198.51.100.2 -i --tun-type gue --tun-port 6080",
                         "-a -t 192.0.2.1:80 -r 198.51.100.3 -i --tun-type gre --tun-csum"});
  state[0].destinations[2].persistent = 4;
  const std::string service = "Prot LocalAddress:Port            ";
  BOOST_TEST(list_service(state[0], numeric(Columns::thresholds), {}) ==
             service +
                 "Uthreshold Lthreshold ActiveConn InActConn \n"
                 "  -> RemoteAddress:Port\n"
                 "TCP  192.0.2.1:80 rr\n"
                 "  -> 198.51.100.1:80              9          0          0          0         \n"
                 "  -> 198.51.100.2:80              0          0          0          0         \n"
                 "  -> 198.51.100.3:80              0          0          0          0         \n");
  BOOST_TEST(list_service(state[0], numeric(Columns::persistent), {}) ==
             service +
                 "Weight    PersistConn ActiveConn InActConn \n"
                 "  -> RemoteAddress:Port\n"
                 "TCP  192.0.2.1:80 rr\n"
                 "  -> 198.51.100.1:80              1         4           0          0         \n"
                 "  -> 198.51.100.2:80              1         0           0          0         \n"
                 "  -> 198.51.100.3:80              1         0           0          0         \n");
  BOOST_TEST(
      list_service(state[0], numeric(Columns::tunnels), {}) ==
      "Prot LocalAddress:Port Scheduler Flags\n"
      "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n"
      "TCP  192.0.2.1:80 rr\n"
      "  -> 198.51.100.1:80              Masq    n/a           1      0          0         \n"
      "  -> 198.51.100.2:80              Tunnel  gue:6080:-c   1      0          0         \n"
      "  -> 198.51.100.3:80              Tunnel  gre:+c        1      0          0         \n");
}

BOOST_AUTO_TEST_CASE(names_are_cut_to_their_columns_unless_ipv6) {
  const auto state = state_of({"-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 198.51.100.2 -m",
                               "-a -t 192.0.2.1:80 -r 2001:db8::1 -i"});
  BOOST_TEST(list_service(state[0], {}, Names()) ==
             kHead.substr(kHead.find('\n') + 1) +
                 "TCP  a-server-with-quite-a-long-n rr\n"
                 "  -> a-server-with-quite-a-long-n Masq    1      0          0         \n"
                 "  -> [six.example.net]:http       Tunnel  1      0          0         \n");
  BOOST_TEST(save_rules(state, {}, Names())
                 .find(" -r a-server-with-quite-a-long-name.example.net:http -m -w 1\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(odd_rules_are_saved_as_the_real_one_saves_them) {
  const auto saved = [](const char* rule) { return save_rules(state_of({rule}), numeric(), {}); };
  BOOST_TEST(saved("-A -f 4294967295 -s rr") == "-A -f -1 -s rr\n");
  BOOST_TEST(saved("-A -t 192.0.2.1:80 -s sh -b flag-3") == "-A -t 192.0.2.1:80 -s sh -b \n");
  BOOST_TEST(saved("-A --sctp-service 192.0.2.1:80 --pe sip") ==
             "-A --sctp-service 192.0.2.1:80 -s wlc --pe sip\n");
}

BOOST_AUTO_TEST_CASE(connections) {
  const auto end = [](const char* text) { return *Endpoint::parse(text); };
  ConnectionStatus tcp{6,
                       end("203.0.113.5:40000"),
                       end("192.0.2.1:80"),
                       end("198.51.100.1:80"),
                       Method::masquerade,
                       "ESTABLISHED",
                       std::chrono::milliseconds(899'900)};
  ConnectionStatus mark{
      0,      end("203.0.113.5:0"),   end("0.0.0.1:0"), end("198.51.100.1:0"), Method::route,
      "NONE", std::chrono::seconds(7)};
  mark.engine = "sip";
  mark.engine_data = "abc@example.net";
  ConnectionStatus six{17,
                       end("[2001:db8::5]:40000"),
                       end("[2001:db8::1]:53"),
                       end("[2001:db8::11]:53"),
                       Method::route,
                       "UDP",
                       std::chrono::seconds(-1)};
  BOOST_TEST(list_connections({tcp, mark, six}, numeric(), {}) ==
             "IPVS connection entries\n"
             "pro expire state       source             virtual            destination\n"
             "TCP 14:59  ESTABLISHED 203.0.113.5:40000  192.0.2.1:80       198.51.100.1:80\n"
             "IP  00:07  NONE        203.0.113.5:0      0.0.0.1:0          198.51.100.1:0\n"
             "UDP 00:00  UDP         [2001:db8::5]:40000 [2001:db8::1]:53   [2001:db8::11]:53\n");
  BOOST_TEST(list_connections({mark}, numeric(Columns::persistent), {}) ==
             "IPVS connection entries\n"
             "pro expire state       source             virtual            destination        "
             "pe name          pe_data\n"
             "IP  00:07  NONE        203.0.113.5:0      0.0.0.1:0          198.51.100.1:0   "
             "sip                abc@example.net\n");
}

BOOST_AUTO_TEST_CASE(timeouts_and_daemons) {
  BOOST_TEST(list_timeouts({}) == "Timeout (tcp tcpfin udp): 900 120 300\n");
  Daemon backup;
  backup.role = DaemonRole::backup;
  backup.id = 5;
  backup.group = *IpAddress::parse("ff02::5");
  BOOST_TEST(list_daemons({backup, Daemon{}}) ==
             "master sync daemon (mcast=eth0, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, "
             "ttl=1)\n"
             "backup sync daemon (mcast=eth0, syncid=5, maxlen=1452, group=ff02::5, port=8848, "
             "ttl=1)\n");
}

BOOST_AUTO_TEST_SUITE_END()
