#pragma once
// A lab as its file describes it: plain values, complete (every default filled in), each with its
// place in the file so that whoever finds fault with it can point there.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emulator/ipvs/service.hh"
#include "emulator/wire/address.hh"
#include "emulator/wire/impairments.hh"

namespace lvslab::topology {

using wire::Endpoint;
using wire::IpAddress;
using wire::Mac;
using wire::Prefix;

// Both from 1.
struct Place {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Network {
  std::string name;
  std::vector<Prefix> subnets;  // at most one of each family
  uint32_t mtu = 1500;
  Place place;
};

enum class Role : uint8_t { client, router, director, real_server };
enum class Stack : uint8_t { kernel, embedded };
enum class Engine : uint8_t { embedded, ipvs, external };

// Between an interface and its network, each direction as the host sees it.
struct Wires {
  wire::Impairments out, in;
  friend bool operator==(const Wires&, const Wires&) = default;
};

struct Interface {
  std::string name;  // at most 15 characters (IFNAMSIZ)
  std::string network;
  std::vector<Prefix> addresses;
  Mac mac;              // given, or made from the host's place in the file: 02:…
  uint32_t mtu = 1500;  // the network's unless given
  Wires wires;          // perfect unless given
  Place place;
};

struct Route {
  Prefix to;
  IpAddress via;
  Place place;
};

enum class Transport : uint8_t { tcp, udp };

// The built-in service: it answers with the server's name and the peer address it saw.
struct IdentityService {
  Transport transport = Transport::tcp;
  uint16_t port = 0;
};
// A program of the user's, ready when something listens on `ready`.
struct ExecService {
  std::vector<std::string> command;
  std::optional<IdentityService> ready;  // transport and port only
};
struct ServiceSpec {
  std::variant<IdentityService, ExecService> what;
  Place place;
};

// When a director that is a program of the user's is ready.
enum class ReadyWhen : uint8_t {
  exited,    // it has configured what forwards, and ended with status 0
  started,   // it runs
  listening  // something listens on a port
};

struct Rule {
  std::string text;  // as written
  ipvs::Command command;
  Place place;  // of its first character
};

// A firewall's mark on what arrives for an address: what services of a mark (-f) go by.
struct MarkSpec {
  uint32_t mark = 0;              // not 0, which is none
  Prefix to;                      // destination
  std::optional<Transport> over;  // nothing: any protocol
  uint16_t port = 0;              // 0: any
};

struct Host {
  std::string name;
  Role role = Role::client;
  Stack stack = Stack::kernel;               // of real servers; a director's follows its engine
  Engine engine = Engine::embedded;          // director only
  std::vector<std::string> command;          // engine external: the program to start
  ReadyWhen ready_when = ReadyWhen::exited;  // engine external
  IdentityService ready_at;                  // when listening: transport and port only
  std::vector<Interface> interfaces;
  std::vector<Prefix> loopback;     // addresses on lo: the VIP of a DR or TUN server
  bool tunnel = false;              // has tunl0: takes IPIP off
  std::vector<IpAddress> gateways;  // at most one of each family
  std::vector<Route> routes;
  std::map<std::string, std::string> sysctls;  // "net.ipv4.conf.all.arp_ignore" -> "1"
  std::vector<ServiceSpec> services;
  std::vector<Rule> rules;                      // director only
  std::vector<MarkSpec> marks;                  // director only; the last that fits counts
  std::optional<uint32_t> connections_at_most;  // engine embedded: its table's bound
  Place place;
};

// --- Scenario: what is done ---

// `count` requests, each from a new source port, to an identity service.
struct Request {
  std::string from;
  Endpoint to;
  Transport transport = Transport::tcp;
  uint32_t count = 1;
  uint32_t at_once = 1;                     // so many under way at a time, while there are more
  uint32_t size = 0;                        // bytes of payload beside the request itself
  bool dont_fragment = true;                // udp: IP_MTU_DISCOVER do / dont; tcp always sets DF
  uint16_t source_port = 0;                 // 0: chosen by the host; else the same for each
  std::chrono::milliseconds timeout{1000};  // for each request
  std::string keep;  // tcp: the connections stay open under this name; "": each ends
};
// One more request on each connection that an earlier step kept. They stay open.
struct Continue {
  std::string kept;  // Request::keep; from, to and count are of that request
  std::string from;
  Endpoint to;
  uint32_t count = 1;
  uint32_t at_once = 1;
  uint32_t size = 0;
  std::chrono::milliseconds timeout{1000};  // for each request
};
// `count` ICMP echo requests.
struct Ping {
  std::string from;
  IpAddress to;
  uint32_t count = 1;
  std::chrono::milliseconds timeout{1000};
};
// The host forgets its neighbours and asks who has the address.
struct ArpProbe {
  std::string from;
  IpAddress address;
  std::chrono::milliseconds timeout{500};
};
// Rules given to running directors.
struct ApplyRules {
  struct Given {
    std::string director;
    std::vector<Rule> rules;
  };
  std::vector<Given> given;
};
// Addresses go from one host to another, as between the hosts of a virtual router (keepalived(8)):
// the one drops them, the other takes them and tells its neighbours.
struct Takeover {
  struct Move {
    Prefix address;
    std::string from, to;  // interfaces, on one network
  };
  std::string from, to;
  std::vector<Move> moves;
};
// Until a director knows so many connections, as `ipvsadm -Lc` lists them.
struct Await {
  std::string director;
  uint32_t connections = 1;  // or more; 0: none any more
  std::chrono::milliseconds timeout{5000};
  bool met_by(size_t known) const { return connections == 0 ? known == 0 : known >= connections; }
};
// A program run in a kernel host; its exit status is evidence.
struct Exec {
  std::string host;
  std::vector<std::string> command;
  int status = 0;  // expected
  std::chrono::milliseconds timeout{10000};
};
// A host loses its power, or gets it again, as the file has it: nothing of what it knew is left.
struct Life {
  enum class Change : uint8_t { stop, start, restart };
  Change change = Change::stop;
  std::string host;
};
// Frames from a port, byte for byte, as if its host had sent them.
struct SendFrames {
  std::string host, interface;
  std::vector<std::vector<uint8_t>> frames;  // from the Ethernet header on
};
// `count` TCP SYNs to a service, each from another address and port, of addresses that nobody has
// (198.18.0.0/15, RFC 2544; 2001:2::/48, RFC 5180).
struct Flood {
  std::string from;
  Endpoint to;
  uint32_t count = 1000;
};
// `count` frames of any kind towards an end, good, odd and broken, made of the lab's seed.
struct Junk {
  std::string from;
  Endpoint to;
  uint32_t count = 100;
};
// The host tells everybody on that network that the address is its own (gratuitous ARP).
struct Spoof {
  std::string from;
  IpAddress address;
};
// Wires become others: both directions of each, as they are from now on.
struct SetWires {
  enum class Deed : uint8_t {
    change,
    cut,
    mend
  };  // mend: back to what the file gives the interface
  struct Port {
    std::string host, interface;
    Wires wires;
  };
  Deed deed = Deed::change;
  std::vector<Port> ports;
};
// Time passes on the lab's clock.
struct Wait {
  std::chrono::milliseconds time{};
};
using Action = std::variant<Request, Continue, Ping, ArpProbe, ApplyRules, Takeover, Await, Exec,
                            Life, SendFrames, Flood, Junk, Spoof, SetWires, Wait>;

// --- Scenario: what must be seen ---

// A field and what it must be. Value: a literal, or "$HOST.mac", "$HOST.ip", "$HOST:eth1.mac" with
// HOST a name of the lab, "server" (the one that answered) or "client" (whoever asked: the `from`
// of the step). Without an interface the host has only one; its ip is that interface's first
// address. Literals are in the form that field_names.hh gives.
struct FieldMatch {
  std::string field;  // "ip.src", "eth.dst", "outer.proto" ...: topology/field_names.hh
  std::string value;
  Place place;
};
enum class Way : uint8_t { request, reply };

// How many answers each server gave; other servers none. Empty: nobody answered.
struct ExpectAnswers {
  std::map<std::string, uint32_t> by_server;
};
// Who answered, in order.
struct ExpectOrder {
  std::vector<std::string> servers;
};
// What every request met instead of an answer: timeout, refused, unreachable, too-big, reset.
struct ExpectError {
  std::string error;
};
// The peer address that the servers saw.
struct ExpectPeer {
  IpAddress address;
};
// The hosts that every packet of the way passed, in order; "server": the one that answered. The
// asking host stands under its own name.
struct ExpectPath {
  Way way = Way::request;
  std::vector<std::string> hosts;
};
// Every packet of the way, as seen at a port, matches. `at`: "HOST:INTERFACE", "HOST:*", "*"; HOST
// a name of the lab, "server" or "real-servers".
struct ExpectPacket {
  Way way = Way::request;
  std::string at;
  bool sent = false;  // by that port, else received
  std::vector<FieldMatch> match;
};
// Between received and sent by `host`, packets of the way change in these fields and no other
// (checksums that follow from them aside). A match with an empty value: it changes, anyhow; with
// "-1" or "+20": by that much.
struct ExpectChange {
  Way way = Way::request;
  std::string host;
  std::vector<FieldMatch> fields;
};
// Frames seen at ports that match `at`, sent or received (or both), matching. `at`: "*", "HOST"
// (each of its ports), "HOST:INTERFACE"; HOST a name of the lab or "real-servers".
struct ExpectSeen {
  std::string at;
  std::optional<bool> sent;
  std::vector<FieldMatch> match;
  uint32_t least = 1;
  uint32_t most = 0xffffffff;  // 0 and least 0: never
};
// Who answers ARP for an address: exactly these hosts.
struct ExpectArp {
  IpAddress address;
  std::vector<std::string> answered_by;
};
// Every IP, TCP, UDP and ICMP checksum of the step is right.
struct ExpectChecksums {};
// These invariants hold of the step's frames: names of keys.hh; "all".
struct ExpectHolds {
  std::vector<std::string> names;
};
// How long every answer took, from the asking to all of it; there is one at least.
struct ExpectLatency {
  Duration least{};
  Duration most = Duration::max();
};
// How many of the requests or echo requests were answered, in millionths of them.
struct ExpectAnswered {
  uint32_t least = 0;
  uint32_t most = 1'000'000;
};
struct Expectation {
  std::variant<ExpectAnswers, ExpectOrder, ExpectError, ExpectPeer, ExpectPath, ExpectPacket,
               ExpectChange, ExpectSeen, ExpectArp, ExpectChecksums, ExpectHolds, ExpectLatency,
               ExpectAnswered>
      what;
  std::string text;  // as written, on one line
  Place place;
};

// What is done while the step's action is under way, or when it is over: the step lasts until then.
struct Meanwhile {
  std::chrono::milliseconds after{};  // since the step began
  Action action;                      // rules, a takeover, or a fault
};

struct Step {
  std::string name;
  Action action;
  std::vector<Meanwhile> meanwhile;  // in order of time
  std::vector<Expectation> expectations;
  Place place;
};

struct Topology {
  std::string file;   // as named by the user; "<stdin>" for -
  std::string name;   // of the lab
  std::string about;  // one or two sentences
  std::vector<Network> networks;
  std::vector<Host> hosts;  // in the order of the file
  std::vector<Step> scenario;

  const Host* find_host(const std::string& name) const;
  const Network* find_network(const std::string& name) const;
};

// "{delay: 10ms, loss: 5%}", as the file writes it; of a cut wire "cut".
std::string to_string(const wire::Impairments& impairments);

}  // namespace lvslab::topology
