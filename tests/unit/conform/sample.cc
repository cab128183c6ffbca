#include "tests/unit/conform/sample.hh"

namespace lvslab::test {

const char* const kSample =
    "# two servers\n"
    "case sample\n"
    "interface eth0 02:00:00:00:01:01 1500 192.0.2.1/24 192.0.2.100/32\n"
    "interface eth1 02:00:00:00:02:01 1400 198.51.100.1/24\n"
    "neighbour eth0 192.0.2.9 02:00:00:00:01:09\n"
    "neighbour eth1 198.51.100.11 02:00:00:00:02:0b\n"
    "neighbour eth1 198.51.100.12 02:00:00:00:02:0c\n"
    "route 0.0.0.0/0 192.0.2.9\n"
    "mark 7 192.0.2.128/26\n"
    "forwarding 1\n"
    "load -A -t 192.0.2.100:80 -s rr   # round robin\n"
    "load -a -t 192.0.2.100:80 -r 198.51.100.11:80 -m -w 1\n"
    "load -a -t 192.0.2.100:80 -r 198.51.100.12:80 -m -w 1\n"
    "sysctl conn_reuse_mode 0\n"
    "wait 1.5\n"
    "list -Ln\n";

conform::Case sample() {
  return conform::parse_case(kSample, "sample");
}

conform::Event syn(uint16_t client_port, uint16_t id) {
  conform::IpFields ip;
  ip.from = *wire::IpAddress::parse("192.0.2.9");
  ip.to = *wire::IpAddress::parse("192.0.2.100");
  ip.id = id;
  conform::TcpFields tcp;
  tcp.from = client_port;
  tcp.to = 80;
  tcp.flags = 2;
  conform::Event event;
  event.kind = conform::EventKind::frame;
  event.bytes = conform::ethernet(*wire::parse_mac("02:00:00:00:01:09"),
                                  *wire::parse_mac("02:00:00:00:01:01"),
                                  conform::ip_packet(ip, conform::tcp_segment(ip, tcp, {})));
  return event;
}

}  // namespace lvslab::test
