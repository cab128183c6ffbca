// vs.cache_bypass: the packets of a service by firewall mark that has no server go to where the
// client sent them, as ipvs-sysctl.rst says for transparent caches.

#include "emulator/director/sync_message.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

const std::string kClient = "203.0.113.5:40000";
const std::string kOrigin = "192.0.2.77:80";  // of no service

Settings bypassing(bool on = true) {
  Settings settings;
  settings.cache_bypass = on;
  return settings;
}

struct Cache : Bench {
  explicit Cache(Settings settings = bypassing()) : Bench(settings) {
    rules({"-A -f 1 -s rr", "-A -f 1 -6 -s rr"});
  }
  Outcome marked(const Packet& packet, Hook hook = Hook::local_in) {
    wire::Frame frame = frame_of(packet);
    frame.set_mark(1);
    Note note;
    const Verdict verdict = director.process(frame, hook, now, &note);
    return {verdict, note, bytes_of(frame)};
  }
};

BOOST_AUTO_TEST_CASE(packets_go_to_where_the_client_sent_them) {
  for (const bool udp : {false, true}) {
    BOOST_TEST_CONTEXT((udp ? "UDP" : "TCP")) {
      Cache bench;
      Spec spec = tcp_packet(kClient, kOrigin, "S");
      spec.udp = udp;
      // The first makes the connection, the second is of it.
      for (const uint8_t flags : {uint8_t{0x02}, uint8_t{0x10}}) {
        spec.flags = flags;
        const Outcome out = bench.marked(spec.bytes());
        BOOST_TEST(out.verdict.action == Action::forward);
        BOOST_TEST(out.verdict.next_hop == address("192.0.2.77"));
        check_same(out.bytes, spec.with_ttl(63).bytes(), "only the TTL");
      }
      const auto connection = bench.only_connection();
      BOOST_TEST(connection.virtual_end == end(kOrigin));
      BOOST_TEST(connection.real == end("0.0.0.0:0"));
    }
  }
}

BOOST_AUTO_TEST_CASE(so_do_those_over_ipv6) {
  Cache bench;
  const Spec spec = tcp_packet("[2001:db8:5::5]:40000", "[2001:db8:77::77]:80", "S");
  const Outcome out = bench.marked(spec.bytes());
  BOOST_TEST(out.verdict.action == Action::forward);
  BOOST_TEST(out.verdict.next_hop == address("2001:db8:77::77"));
  BOOST_TEST(bench.only_connection().real == end("[::]:0"));
}

BOOST_AUTO_TEST_CASE(who_is_not_let_by) {
  struct Row {
    const char* says;
    bool on;
    const char* to;
    bool local;  // the way there ends at this host
  };
  const Row rows[] = {
      {"the setting is off", false, "192.0.2.77:80", false},
      {"the packet is for this host", true, "192.0.2.77:80", true},
      {"the packet is for a group", true, "233.252.0.1:80", false},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      Cache bench(bypassing(row.on));
      if (row.local) bench.routes.special["192.0.2.77"] = Route{1500, address(kDip), true};
      const Outcome out = bench.marked(tcp_packet(kClient, row.to, "S").bytes());
      BOOST_TEST(out.verdict.reason == DropReason::no_destination);
      BOOST_TEST(bench.director.connections(bench.now).empty());
    }
  }
  // Of IPv6 the way is looked for when there is a connection already: what it has is lost.
  Cache six;
  six.routes.special["2001:db8:77::77"] = Route{1500, address("2001:db8:77::77"), true};
  const Outcome lost =
      six.marked(tcp_packet("[2001:db8:5::5]:40000", "[2001:db8:77::77]:80", "S").bytes());
  BOOST_TEST(lost.verdict.reason == DropReason::no_route);
  BOOST_TEST(!lost.verdict.answer.wanted);
  BOOST_TEST(six.director.connections(six.now).size() == 1U);
  // A service of an address never lets anybody by.
  Bench other(bypassing());
  other.rules({"-A -t 192.0.2.10:80 -s rr"});
  const Outcome out = other.request(tcp_packet(kClient, "192.0.2.10:80", "S"));
  BOOST_TEST(out.verdict.reason == DropReason::no_destination);
}

BOOST_AUTO_TEST_CASE(the_way_there_counts) {
  Cache nowhere;
  nowhere.routes.special["192.0.2.77"] = std::nullopt;
  const Spec syn = tcp_packet(kClient, kOrigin, "S");
  BOOST_TEST(nowhere.marked(syn.bytes()).verdict.reason == DropReason::no_route);
  Cache narrow;
  narrow.routes.special["192.0.2.77"] = Route{576, address(kDip), false};
  Spec large = syn;
  large.payload.assign(576, 'x');
  const Outcome out = narrow.marked(large.bytes());
  BOOST_TEST(out.verdict.reason == DropReason::fragmentation_needed);
  BOOST_TEST(out.verdict.answer.mtu == 576U);
  BOOST_TEST(narrow.marked(syn.with_ttl(1).bytes()).verdict.reason == DropReason::time_exceeded);
}

BOOST_AUTO_TEST_CASE(one_packet_services_keep_nothing_of_it) {
  Bench bench(bypassing());
  bench.rules({"-A -f 1 -s rr -o"});
  wire::Frame frame = frame_of(udp_packet(kClient, kOrigin).bytes());
  frame.set_mark(1);
  BOOST_TEST(bench.director.process(frame, Hook::local_in, bench.now).action == Action::forward);
  BOOST_TEST(bench.director.connections(bench.now).empty());
}

BOOST_AUTO_TEST_CASE(an_error_about_one_goes_by_unchanged) {
  Cache bench;
  const Spec syn = tcp_packet(kClient, kOrigin, "S");
  bench.marked(syn.bytes());
  IcmpSpec error;
  error.from = "203.0.113.77";
  error.to = "192.0.2.77";
  error.body = quote(tcp_packet(kOrigin, kClient, "SA").bytes());
  const Outcome out = bench.marked(error.bytes());
  BOOST_TEST(out.verdict.action == Action::forward);
  BOOST_TEST(out.verdict.next_hop == address("192.0.2.77"));
  error.ttl = 63;
  check_same(out.bytes, error.bytes(), "only the TTL");
}

BOOST_AUTO_TEST_CASE(an_error_about_none_makes_none) {
  Settings settings = bypassing();
  settings.schedule_icmp = true;
  Cache bench(settings);
  IcmpSpec error;
  error.from = "203.0.113.77";
  error.to = "192.0.2.77";
  error.body = quote(tcp_packet(kOrigin, kClient, "SA").bytes());
  const Outcome out = bench.marked(error.bytes());
  BOOST_TEST(out.verdict.reason == DropReason::no_destination);
  BOOST_TEST(!out.verdict.answer.wanted);
  BOOST_TEST(bench.director.connections(bench.now).empty());
}

}  // namespace
}  // namespace lvslab::director::test
