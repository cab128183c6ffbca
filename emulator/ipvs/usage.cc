#include "emulator/ipvs/usage.hh"

namespace lvslab::ipvs {

std::string version() {
  return "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n";
}

std::string usage() {
  return version() +
         "lvslab's director, by ipvsadm's language: man 8 ipvsadm describes it.\n"
         "\n"
         "Virtual services\n"
         "  -A, -E SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M MASK] [--pe sip] [-o] [-b FLAGS]\n"
         "                                   add one, edit one (options not named are reset)\n"
         "  -D SERVICE                       delete one\n"
         "  -C                               delete all\n"
         "  -Z [SERVICE]                     zero counters\n"
         "Real servers\n"
         "  -a, -e SERVICE -r ADDRESS[:PORT] [-g|-i|-m] [-w WEIGHT] [-x MOST] [-y FEWEST]\n"
         "                                   add one, edit one\n"
         "     -i [--tun-type ipip]\n"
         "     -i --tun-type gue --tun-port PORT [--tun-nocsum|--tun-csum|--tun-remcsum]\n"
         "     -i --tun-type gre [--tun-nocsum|--tun-csum]\n"
         "  -d SERVICE -r ADDRESS[:PORT]     delete one\n"
         "Listings\n"
         "  -L [SERVICE] [-n] [--stats|--rate [--exact]] "
         "[--thresholds|--persistent-conn|--tun-info]\n"
         "     [--nosort]                    services and servers\n"
         "  -Lc [-n] [--persistent-conn]     connections\n"
         "  -L --timeout, -L --daemon        timeouts; synchronisation daemons\n"
         "  -S [-n]                          rules, for -R\n"
         "The rest\n"
         "  -R                               rules from standard input, one a line\n"
         "  --set TCP TCPFIN UDP             timeouts, seconds; 0 keeps\n"
         "  --start-daemon master|backup [--syncid ID] [--sync-maxlen BYTES] [--mcast-interface "
         "IF]\n"
         "     [--mcast-group ADDRESS] [--mcast-port PORT] [--mcast-ttl TTL]\n"
         "  --stop-daemon master|backup [--syncid ID]\n"
         "  -h, -v\n"
         "\n"
         "SERVICE is -t, -u or --sctp-service ADDRESS[:PORT], or -f MARK [-6]; an IPv6 address "
         "with\n"
         "a port is [ADDRESS]:PORT.\n"
         "\n"
         "Example:\n"
         "  ipvsadm -A -t 192.0.2.1:80 -s rr\n"
         "  ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.1 -m -w 2\n"
         "  ipvsadm -Ln --stats\n";
}

}  // namespace lvslab::ipvs
