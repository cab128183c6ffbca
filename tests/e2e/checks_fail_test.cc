// Every kind of check fails when the network does not do what the file says: a good lab with one
// expectation, or one thing of the network, changed.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <ostream>

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

struct Change {
  const char* why;
  const char* lab;
  const char* from;  // text of the file
  const char* to;
  const char* check;  // how the expectation that must fail begins
  const char* found;  // what its finding or details must say
};

std::ostream& operator<<(std::ostream& out, const Change& change) {
  return out << change.why;
}

const Change kChanges[] = {
    {"a server answers more often than is expected", "dr", "answers: {rs1: 6, rs2: 2}",
     "answers: {rs1: 7, rs2: 1}", "answers", "rs1"},
    {"the order is another", "dr", "order: [rs2, rs1, rs1, rs1, rs2, rs1, rs1, rs1]",
     "order: [rs1, rs1, rs1, rs2, rs1, rs1, rs2, rs1]", "order", "rs2"},
    {"the peer is another", "dr", "peer: 192.168.43.69", "peer: 192.168.43.70", "peer",
     "192.168.43.69"},
    {"replies do not pass the director", "dr", "reply: [server, router, client]",
     "reply: [server, director, router, client]", "path", "router"},
    {"the TTL at the director's output is another", "dr", "ip.ttl: -1}}", "ip.ttl: -2}}", "change",
     "62"},
    {"a change that is not listed is found", "dr",
     "fields: {eth.src: $director.mac, eth.dst: $server.mac, ip.ttl: -1}}",
     "fields: {eth.src: $director.mac, eth.dst: $server.mac}}", "change", "ip.ttl"},
    {"a header field is another", "dr", "ip.dst: 192.168.1.219, tcp.dst: 80}",
     "ip.dst: 192.168.1.219, tcp.dst: 81}", "packet", "tcp.dst"},
    {"what must never be seen is seen", "dr",
     "never: {at: director, match: {ip.src: 192.168.1.219}}",
     "never: {at: director, match: {ip.dst: 192.168.1.219}}", "never", "192.168.1.219"},
    {"what must be seen is not", "dr",
     "seen: {sent-by: rs1, match: {arp.op: request, arp.sender-ip: $rs1.ip}}",
     "seen: {sent-by: rs1, match: {arp.op: request, arp.sender-ip: $rs2.ip}}", "seen",
     "arp.sender-ip"},
    {"somebody else should answer ARP", "dr", "answered-by: [director]", "answered-by: [rs1]",
     "arp", "director"},
    // The network changed, the expectations as they are.
    {"HTTPS has another mark", "fwmark", "{mark: 1, to: 192.0.2.100, over: tcp, port: 443}",
     "{mark: 3, to: 192.0.2.100, over: tcp, port: 443}", "answers", "refused: 2"},
    {"the standby listens to another syncid", "sync-nat",
     "--start-daemon backup --mcast-interface eth1 --syncid 7",
     "--start-daemon backup --mcast-interface eth1 --syncid 8", "d2 knows", "0 connections"},
    {"the standby listens elsewhere, and connections end", "sync-nat",
     "--start-daemon backup --mcast-interface eth1", "--start-daemon backup --mcast-interface eth0",
     "answers", "reset: 4"},
    {"the standby has another method for the servers", "sync-nat",
     "-a -t 198.51.100.100:80 -r 10.0.0.11:8080 -m\n      -a -t 198.51.100.100:80 -r "
     "10.0.0.12:8080 -m\n      --start-daemon backup",
     "-a -t 198.51.100.100:80 -r 10.0.0.11:80 -g\n      -a -t 198.51.100.100:80 -r "
     "10.0.0.12:80 -g\n      --start-daemon backup",
     "answers", "rs1: 1"},
    {"a server tells that it has the VIP", "dr", "net.ipv4.conf.all.arp_ignore: 1",
     "net.ipv4.conf.all.arp_ignore: 0", "holds", "arp-silence"},
    {"ARP suppression off at both servers", "dr", "net.ipv4.conf.all.arp_ignore: 1",
     "net.ipv4.conf.all.arp_ignore: 0", "arp", "rs1"},
    {"servers masquerade instead of DR", "dr", "-a -t 192.168.1.219:80 -r 192.168.1.218 -g",
     "-a -t 192.168.1.219:80 -r 192.168.1.218 -m", "answers", "rs1"},
    {"the server is not drained", "outage", "-m -w 0", "-m -w 1", "answers", "rs2: 2"},
    {"the server stays without power", "outage", "start: rs1", "wait: 1s", "answers", "rs2: 2"},
    {"the director does not schedule what it does not know", "outage", "net.ipv4.vs.sloppy_tcp: 1",
     "net.ipv4.vs.sloppy_tcp: 0", "answered", "reset"},
    {"nobody tells the director of the dead server", "under-load", "-m -w 0", "-m -w 1", "answered",
     "of 200 requests"},
    {"the takeover comes too late", "under-load", "{after: 40ms, takeover",
     "{after: 1500ms, takeover", "seen", "d2:eth0"},
    {"the flood is smaller", "under-load", "count: 500}", "count: 400}", "seen", "450"},
    {"the director takes turns", "outage", "-s mh -b mh-port", "-s rr", "never", "tcp.flags R"},
};

// Of a lab that takes half a minute of real time on a kernel: its wires are held to their word
// there by tests/unit/lab, with controls.
const Change kWireChanges[] = {
    {"the wire is slower", "wires", "wire: {delay: 10ms, jitter: 2ms}",
     "wire: {delay: 450ms, jitter: 2ms}", "latency", "ms"},
    {"the wire is faster", "wires", "wire: {delay: 10ms, jitter: 2ms}",
     "wire: {delay: 7ms, jitter: 2ms}", "latency", "ms"},
    {"the wire loses more", "wires", "delay: 10ms, loss: 10%}", "delay: 10ms, loss: 50%}",
     "answered", "of 60 requests"},
    {"the wire loses nothing", "wires", "delay: 10ms, loss: 10%}", "delay: 10ms}", "answered",
     "60 of 60 requests"},
    {"the wire loses no bursts", "wires", "burst: {enter: 20%, leave: 50%}",
     "burst: {enter: 0%, leave: 50%}", "answered", "40 of 40 requests"},
    {"the other server is cut off", "wires", "cut: rs1:eth0", "cut: rs2:eth0", "answers", "rs1: 3"},
    {"no server is cut off", "wires", "cut: rs1:eth0", "wait: 1s", "answered", "6 of 6 requests"},
    {"the server is not mended", "wires", "mend: rs1:eth0", "wait: 1s", "answers", "rs2: 3"},
    {"the path lets large packets pass", "wires", "direction: out, mtu: 600}",
     "direction: out, mtu: 900}", "error", "rs"},
    {"no bit is wrong", "wires", "corrupt: 100%, corrupt-at: 42}", "corrupt: 0%, corrupt-at: 42}",
     "error", "answered"},
    {"nothing comes twice", "wires", "duplicate: 100%", "duplicate: 0%", "seen", "4"},
    {"the wire is wide", "wires", "rate: 1Mbit}", "rate: 10Mbit}", "latency", "ms"},
};

// The file with every `from` replaced.
std::string changed(const Change& change) {
  auto text = read_file(source(std::string("topologies/") + change.lab + ".yaml"));
  const std::string from = change.from, to = change.to;
  size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, change.lab << " does not say: " << from);
  for (; at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

bool says(const nlohmann::json& verdict, const std::string& wanted) {
  if (verdict["found"].get<std::string>().find(wanted) != std::string::npos) return true;
  for (const auto& line : verdict["details"])
    if (line.get<std::string>().find(wanted) != std::string::npos) return true;
  return false;
}

bool fails_as_meant(const nlohmann::json& result, const Change& change) {
  for (const auto& step : result["steps"])
    for (const auto& verdict : step["verdicts"])
      if (!verdict["passed"].get<bool>() &&
          verdict["expectation"].get<std::string>().starts_with(change.check) &&
          says(verdict, change.found))
        return true;
  return false;
}

void fails(const Change& change, const std::vector<std::string>& extra) {
  const ScratchDirectory scratch;
  const auto run = run_lab(scratch.file("changed.yaml", changed(change)), extra);
  BOOST_TEST(run.outcome.status == 1, change.why << ": " << run.outcome.err);
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(fails_as_meant(run.result, change), change.why << ": no failed " << change.check
                                                            << " says " << change.found
                                                            << run.failures());
}

}  // namespace

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_DATA_TEST_CASE(a_check_fails, utf::data::make(kChanges)) {
  fails(sample, {});
}

BOOST_DATA_TEST_CASE(a_check_fails_in_memory,
                     utf::data::make(kChanges) + utf::data::make(kWireChanges)) {
  fails(sample, {"--on", "sim"});
}
