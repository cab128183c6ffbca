// Each invariant on frames where it holds and on frames where it is broken.

#include "emulator/scenario/invariants.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

using std::chrono::seconds;

const std::string kRip2 = "192.0.2.12";

std::vector<topology::Rule> rules(const std::vector<std::string>& lines) {
  std::vector<topology::Rule> all;
  for (const std::string& line : lines) all.push_back({line, ipvs::parse(line), {}});
  return all;
}

const std::vector<std::string> kDirect = {
    "-A -t 192.0.2.100:80 -s rr", "-a -t 192.0.2.100:80 -r 192.0.2.11 -g",
    "-a -t 192.0.2.100:80 -r 192.0.2.12 -g", "-A -u 192.0.2.100:53 -s rr",
    "-a -u 192.0.2.100:53 -r 192.0.2.11 -g"};
const std::vector<std::string> kMasquerade = {"-A -t 192.0.2.100:80 -s rr",
                                              "-a -t 192.0.2.100:80 -r 192.0.2.11:8080 -m",
                                              "-a -t 192.0.2.100:80 -r 192.0.2.12:8080 -m"};

void given(Story& story, const std::vector<std::string>& lines) {
  story.topology.hosts[2].rules = rules(lines);
}

// A rules step that has been played before the one that is judged.
void played(Story& story, const std::vector<std::string>& lines) {
  topology::ApplyRules apply;
  apply.given = {{"director", rules(lines)}};
  topology::Step step;
  step.action = apply;
  story.topology.scenario = {step};
}

// What is broken, as "keeps-server@3 no-rip@7".
std::string broken(const Story& story, size_t first = 0) {
  std::string text;
  const auto& sightings = story.evidence.sightings;
  for (const Finding& one :
       look(story.topology, story.evidence, first, sightings.size(), nullptr, all_invariants())) {
    BOOST_TEST(!one.text.empty());
    text += (text.empty() ? "" : " ") + std::string(name_of(one.invariant)) + "@" +
            std::to_string(one.sighting);
  }
  return text;
}

Story direct() {
  Story story;
  given(story, kDirect);
  return story;
}

Story masquerading() {
  Story story;
  given(story, kMasquerade);
  return story;
}

// The client's packet on its way: client, router, director, and on to a server.
void reaches_director(Story& story, PacketText text, FrameBytes (*made)(const PacketText&) = tcp) {
  story.crosses("client:eth0", "router:eth0", made(text));
  text.eth_src = kRouterIn, text.eth_dst = kDirectorMac, text.ttl = 63;
  story.crosses("router:eth1", "director:eth0", made(text));
}

PacketText leaving(PacketText text, const std::string& mac) {
  text.eth_src = kDirectorMac, text.eth_dst = mac, text.ttl = 62;
  return text;
}

void by_route(Story& story, const PacketText& text, const std::string& mac,
              FrameBytes (*made)(const PacketText&) = tcp) {
  reaches_director(story, text, made);
  story.sent("director:eth0", made(leaving(text, mac)));
}

void by_masquerade(Story& story, const PacketText& text, const std::string& rip) {
  reaches_director(story, text);
  PacketText out = leaving(text, rip == kRip1 ? kRs1Mac : kRs2Mac);
  out.dst = rip, out.dport = 8080;
  story.sent("director:eth0", tcp(out));
}

PacketText packet(const std::string& flags, uint16_t id, uint16_t sport = 40000) {
  PacketText text;
  text.flags = flags, text.id = id, text.sport = sport;
  text.ack = flags == "S" ? 0 : 5001;
  return text;
}

// An answer as the client receives it, sent by the director as it is.
PacketText answer(const std::string& from, uint16_t sport, const std::string& flags = "SA") {
  PacketText text = packet(flags, 90);
  text.eth_src = kRouterOut, text.eth_dst = kClientMac;
  text.src = from, text.sport = sport, text.dst = kClient, text.dport = 40000;
  return text;
}
void comes_back(Story& story, const PacketText& text, FrameBytes (*made)(const PacketText&) = tcp) {
  story.sent("director:eth0", made(text)).crosses("router:eth0", "client:eth0", made(text));
}

void later(Story& story, seconds by) {
  story.evidence.sightings.back().at += by;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invariants)

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST(all_invariants().size() == 9U);
  for (const Invariant one : all_invariants()) BOOST_CHECK(invariant_of(name_of(one)) == one);
  BOOST_TEST(name_of(Invariant::no_loop) == "no-loop");
  BOOST_CHECK(!invariant_of("all"));
}

BOOST_AUTO_TEST_CASE(good_stories_break_nothing) {
  for (Story story : {dr_story(), tun_story()}) {
    given(story, kDirect);
    BOOST_TEST(broken(story).empty());
  }
  Story nat = nat_story();
  given(nat, {"-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 203.0.113.11:8080 -m"});
  BOOST_TEST(broken(nat).empty());
}

// --- counters, bounds ---

BOOST_AUTO_TEST_CASE(what_hosts_say_of_themselves) {
  const auto holds = [](const Story& story, const std::string& name) {
    topology::ExpectHolds expected;
    expected.names = {name};
    return story.judge(expected);
  };
  Story story = direct();
  by_route(story, packet("S", 1), kRs1Mac);
  for (const Invariant broken : {Invariant::counters, Invariant::bounds}) {
    const std::string name(name_of(broken));
    story.record.at_hosts.clear();
    BOOST_TEST(holds(story, name).passed);
    story.record.at_hosts = {{broken, "rs1: 2 packets came, 1 went (in 2)"}};
    for (const std::string& asked : {name, std::string("all")}) {
      const Verdict verdict = holds(story, asked);
      BOOST_TEST(!verdict.passed);
      BOOST_TEST(mentions(verdict, name + " of rs1: 2 packets came, 1 went (in 2)"),
                 text_of(verdict));
    }
    BOOST_TEST(holds(story, "no-loop").passed);
    BOOST_TEST(holds(story, broken == Invariant::bounds ? "counters" : "bounds").passed);
  }
}

// --- keeps-server ---

BOOST_AUTO_TEST_CASE(a_connection_goes_to_a_second_server) {
  Story story = direct();
  by_route(story, packet("S", 1), kRs1Mac);
  by_route(story, packet("A", 2), kRs1Mac);
  BOOST_TEST(broken(story).empty());
  by_route(story, packet("A", 3), kRs2Mac);
  BOOST_TEST(broken(story) == "keeps-server@14");
  BOOST_TEST(broken(story, 15).empty());  // history is not judged again
}

// It was decided upon before the connection began: the director did not know rs2's MAC yet.
BOOST_AUTO_TEST_CASE(a_packet_that_waited_belongs_to_what_was_before) {
  const PacketText early = packet("PA", 1);
  const auto told = [&](bool waited) {
    Story story = direct();
    if (waited) reaches_director(story, early);
    by_route(story, packet("S", 2), kRs1Mac);
    if (!waited) reaches_director(story, early);
    story.sent("director:eth0", tcp(leaving(early, kRs2Mac)));
    return broken(story);
  };
  BOOST_TEST(told(true).empty());
  BOOST_TEST(told(false) == "keeps-server@9");
}

BOOST_AUTO_TEST_CASE(a_masqueraded_connection_goes_to_a_second_server) {
  Story story = masquerading();
  by_masquerade(story, packet("S", 1), kRip1);
  by_masquerade(story, packet("A", 2), kRip1);
  BOOST_TEST(broken(story).empty());
  by_masquerade(story, packet("PA", 3), kRip2);
  BOOST_TEST(broken(story) == "keeps-server@14");
}

BOOST_AUTO_TEST_CASE(a_tunnelled_connection_goes_to_a_second_server) {
  Story story;
  given(story, {"-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 192.0.2.11 -i",
                "-a -t 192.0.2.100:80 -r 192.0.2.12 -i"});
  for (const auto& rip : {kRip1, kRip1, kRip2}) {
    reaches_director(story, packet(rip == kRip1 ? "S" : "A", 1));
    story.sent("director:eth0", tunnelled(leaving(packet("A", 1), kRs1Mac), kDip, rip));
  }
  BOOST_TEST(broken(story) == "keeps-server@14");
}

BOOST_AUTO_TEST_CASE(a_packet_for_the_real_address_itself_is_routed) {
  Story story = masquerading();
  by_masquerade(story, packet("S", 1), kRip1);
  PacketText text = packet("A", 2);
  text.dst = kRip2, text.dport = 8080;
  reaches_director(story, text);
  story.sent("director:eth0", tcp(leaving(text, kRs2Mac)));
  BOOST_TEST(broken(story).empty());
}

BOOST_AUTO_TEST_CASE(what_ends_a_connection_ends_the_promise) {
  const auto moved = [](const std::string& flags) {
    Story story = direct();
    by_route(story, packet("S", 1), kRs1Mac);
    by_route(story, packet(flags, 2), kRs1Mac);
    by_route(story, packet("A", 3), kRs2Mac);
    return broken(story);
  };
  BOOST_TEST(moved("R").empty());
  BOOST_TEST(moved("S") == "keeps-server@14");  // a SYN that went to the same server
  BOOST_TEST(moved("FA") == "keeps-server@14");

  Story both = direct();
  by_route(both, packet("S", 1), kRs1Mac);
  by_route(both, packet("FA", 2), kRs1Mac);
  both.sent("rs1:eth0", tcp(answer(kVip, 80, "FA")));
  by_route(both, packet("A", 3), kRs2Mac);
  BOOST_TEST(broken(both).empty());

  Story again = direct();
  by_route(again, packet("S", 1), kRs1Mac);
  by_route(again, packet("S", 2), kRs2Mac);
  BOOST_TEST(broken(again).empty());
  by_route(again, packet("A", 3), kRs1Mac);
  BOOST_TEST(broken(again) == "keeps-server@14");
}

BOOST_AUTO_TEST_CASE(idleness_ends_the_promise) {
  const auto moved_after = [](seconds idle) {
    Story story = direct();
    by_route(story, packet("S", 1), kRs1Mac);
    by_route(story, packet("A", 2), kRs1Mac);
    by_route(story, packet("A", 3), kRs2Mac);
    later(story, idle);
    return broken(story);
  };
  BOOST_TEST(moved_after(seconds(700)) == "keeps-server@14");
  BOOST_TEST(moved_after(seconds(901)).empty());
}

BOOST_AUTO_TEST_CASE(a_deleted_server_keeps_nothing) {
  const auto moved_with = [](const std::vector<std::string>& lines) {
    Story story = direct();
    played(story, lines);
    by_route(story, packet("S", 1), kRs1Mac);
    by_route(story, packet("A", 2), kRs2Mac);
    return broken(story, 5);
  };
  BOOST_TEST(moved_with({"-d -t 192.0.2.100:80 -r 192.0.2.11"}).empty());
  BOOST_TEST(moved_with({"-C"}).empty());
  BOOST_TEST(moved_with({"-d -t 192.0.2.100:80 -r 192.0.2.12"}) == "keeps-server@9");
  // A server that is drained keeps its connections.
  BOOST_TEST(moved_with({"-e -t 192.0.2.100:80 -r 192.0.2.11 -g -w 0"}) == "keeps-server@9");
}

// --- no-rip, answered-from-vip ---

BOOST_AUTO_TEST_CASE(an_answer_that_was_not_translated) {
  Story good = masquerading();
  by_masquerade(good, packet("S", 1), kRip1);
  comes_back(good, answer(kVip, 80));
  BOOST_TEST(broken(good).empty());

  Story bad = masquerading();
  by_masquerade(bad, packet("S", 1), kRip1);
  comes_back(bad, answer(kRip1, 8080));
  BOOST_TEST(broken(bad) == "no-rip@7");
}

BOOST_AUTO_TEST_CASE(an_error_that_was_not_translated) {
  Story story = masquerading();
  by_masquerade(story, packet("S", 1), kRip1);
  PacketText quoted = packet("S", 1);
  quoted.dst = kRip1, quoted.dport = 8080;
  story.crosses("router:eth0", "client:eth0", icmp_error(quoted, kRip1, 3, 3));
  BOOST_TEST(broken(story) == "no-rip@6");
}

BOOST_AUTO_TEST_CASE(what_a_server_says_without_a_connection_is_routed) {
  Story stranger = masquerading();
  comes_back(stranger, answer(kRip1, 8080));
  BOOST_TEST(broken(stranger).empty());

  Story expired = masquerading();
  by_masquerade(expired, packet("S", 1), kRip1);
  comes_back(expired, answer(kRip1, 8080));
  later(expired, seconds(11));
  BOOST_TEST(broken(expired).empty());

  Story asked = masquerading();
  PacketText direct_question = packet("S", 1);
  direct_question.dst = kRip1, direct_question.dport = 8080;
  reaches_director(asked, direct_question);
  by_masquerade(asked, packet("S", 2), kRip1);
  comes_back(asked, answer(kRip1, 8080));
  BOOST_TEST(broken(asked).empty());
}

BOOST_AUTO_TEST_CASE(an_answer_from_elsewhere) {
  const auto answered_by = [](const std::string& from, uint16_t port) {
    Story story = direct();
    by_route(story, packet("S", 1), kRs1Mac);
    comes_back(story, answer(from, port));
    return broken(story);
  };
  BOOST_TEST(answered_by(kVip, 80).empty());
  BOOST_TEST(answered_by(kDip, 80) == "answered-from-vip@7");   // the director itself
  BOOST_TEST(answered_by(kVip, 81) == "answered-from-vip@7");   // another port
  BOOST_TEST(answered_by(kRip1, 80) == "answered-from-vip@7");  // the server's own address
  BOOST_TEST(answered_by("203.0.113.5", 80).empty());           // not of this lab's service
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_asked_for) {
  Story story = direct();
  comes_back(story, answer(kVip, 80));
  BOOST_TEST(broken(story) == "answered-from-vip@2");

  Story spoofed = direct();  // another client asked in this one's name
  PacketText text = packet("S", 1);
  spoofed.sent("router:eth1", tcp(text));
  comes_back(spoofed, answer(kVip, 80));
  BOOST_TEST(broken(spoofed).empty());

  Story corrupted = direct();  // on the wire to the client
  by_route(corrupted, packet("S", 1), kRs1Mac);
  corrupted.sent("director:eth0", tcp(answer(kVip, 80)));
  corrupted.received("client:eth0", flipped(tcp(answer(kVip, 80)), 37));
  BOOST_TEST(broken(corrupted).empty());
}

// --- good-checksums ---

BOOST_AUTO_TEST_CASE(a_checksum_that_the_director_made_wrong) {
  Story good = direct();
  PacketText odd = packet("PA", 1);
  odd.payload = "odd";
  by_route(good, odd, kRs1Mac);
  BOOST_TEST(broken(good).empty());

  constexpr size_t kTtl = 14 + 8, kLastByte = 14 + 20 + 20 + 2;
  for (const size_t at : {kTtl, kLastByte}) {  // IP; TCP of an odd length
    Story bad = direct();
    reaches_director(bad, odd);
    bad.sent("director:eth0", flipped(tcp(leaving(odd, kRs1Mac)), at));
    BOOST_TEST(broken(bad) == "good-checksums@4");
  }
}

BOOST_AUTO_TEST_CASE(a_checksum_that_came_in_wrong) {
  const auto flip = [](const FrameBytes& frame) { return flipped(frame, 14 + 20 + 20); };
  PacketText text = packet("PA", 1);
  text.payload = "payload";
  const FrameBytes in = flip(tcp(text)), out = flip(tcp(leaving(text, kRs1Mac)));

  Story stems = direct();
  stems.received("director:eth0", in).sent("director:eth0", out);
  BOOST_TEST(broken(stems).empty());

  Story later_one = direct();  // too late to stem from it
  later_one.received("director:eth0", in).sent("director:eth0", out);
  later(later_one, seconds(61));
  BOOST_TEST(broken(later_one) == "good-checksums@1");

  Story of_another = direct();
  PacketText other = text;
  other.src = "198.51.100.11";
  of_another.received("director:eth0", flip(tcp(other))).sent("director:eth0", out);
  BOOST_TEST(broken(of_another) == "good-checksums@1");

  Story by_a_server = direct();  // not the director's doing
  by_a_server.sent("rs1:eth0", out);
  BOOST_TEST(broken(by_a_server).empty());
}

// --- weight-zero ---

BOOST_AUTO_TEST_CASE(a_server_of_weight_zero_is_chosen) {
  const std::vector<std::string> drained = {"-e -t 192.0.2.100:80 -r 192.0.2.11 -g -w 0",
                                            "-e -u 192.0.2.100:53 -r 192.0.2.11 -g -w 0"};
  Story story = direct();
  played(story, drained);
  by_route(story, packet("S", 1), kRs2Mac);
  by_route(story, packet("A", 2, 40001), kRs1Mac);  // no new connection
  BOOST_TEST(broken(story).empty());
  by_route(story, packet("S", 3, 40002), kRs1Mac);
  BOOST_TEST(broken(story) == "weight-zero@14");

  Story datagram = direct();
  played(datagram, drained);
  PacketText text = packet("", 1);
  text.dport = 53;
  by_route(datagram, text, kRs1Mac, udp);
  by_route(datagram, text, kRs1Mac, udp);  // no longer the first
  BOOST_TEST(broken(datagram) == "weight-zero@4");
}

BOOST_AUTO_TEST_CASE(a_masqueraded_server_of_weight_zero_is_chosen) {
  Story story = masquerading();
  played(story, {"-e -t 192.0.2.100:80 -r 192.0.2.11:8080 -m -w 0"});
  by_masquerade(story, packet("S", 1), kRip2);
  BOOST_TEST(broken(story).empty());
  by_masquerade(story, packet("S", 2, 40001), kRip1);
  BOOST_TEST(broken(story) == "weight-zero@9");
}

BOOST_AUTO_TEST_CASE(weight_zero_with_an_excuse) {
  const std::string drain = "-e -t 192.0.2.100:80 -r 192.0.2.11 -g -w 0";
  Story persistent = direct();
  played(persistent, {"-E -t 192.0.2.100:80 -s rr -p", drain});
  by_route(persistent, packet("S", 1), kRs1Mac);
  BOOST_TEST(broken(persistent).empty());

  Story before = direct();  // the SYN came before the step, and waited for the server's MAC
  played(before, {drain});
  by_route(before, packet("S", 1), kRs1Mac);
  BOOST_TEST(broken(before, 4).empty());

  Story changing = direct();  // the rules' own step
  played(changing, {drain});
  by_route(changing, packet("S", 1), kRs1Mac);
  BOOST_TEST(look(changing.topology, changing.evidence, 0, 5, &changing.topology.scenario[0],
                  all_invariants())
                 .empty());
}

// --- arp-silence ---

BOOST_AUTO_TEST_CASE(a_server_tells_the_virtual_address) {
  const FrameBytes reply = is_at(kVip, kRs1Mac, kRouterIn, "192.0.2.1");
  Story story = direct();
  story.crosses("director:eth0", "router:eth1", is_at(kVip, kDirectorMac, kRouterIn, "192.0.2.1"));
  story.sent("rs1:eth0", who_has("192.0.2.1", kRs1Mac, kRip1));
  BOOST_TEST(broken(story).empty());
  story.sent("rs1:eth0", reply).sent("rs2:eth0", who_has("192.0.2.1", kRs2Mac, kVip));
  BOOST_TEST(broken(story) == "arp-silence@3 arp-silence@4");

  Story nat = masquerading();  // -m: the address is no secret of the servers
  nat.sent("rs1:eth0", reply);
  BOOST_TEST(broken(nat).empty());
}

// Ethernet, IPv6 and a neighbour advertisement (RFC 4861, 4.4) for the target.
FrameBytes advertisement(const std::string& target) {
  FrameBytes frame(14 + 40 + 24, 0);
  const auto put = [&](size_t at, const wire::IpAddress& address) { address.store(&frame[at]); };
  frame[12] = 0x86, frame[13] = 0xdd;
  frame[14] = 0x60, frame[19] = 24, frame[20] = 58, frame[21] = 255;
  put(22, *wire::IpAddress::parse("2001:db8::11"));
  put(38, *wire::IpAddress::parse("2001:db8::1"));
  frame[54] = 136;
  put(62, *wire::IpAddress::parse(target));
  return frame;
}

BOOST_AUTO_TEST_CASE(a_server_advertises_the_virtual_address) {
  Story story;
  given(story, {"-A -t [2001:db8::100]:80", "-a -t [2001:db8::100]:80 -r [2001:db8::11]:80 -g"});
  story.topology.hosts[3].interfaces[0].addresses.push_back(
      *wire::Prefix::parse("2001:db8::11/64"));
  story.sent("rs1:eth0", advertisement("2001:db8::11"));
  BOOST_TEST(broken(story).empty());
  story.sent("rs1:eth0", advertisement("2001:db8::100"));
  BOOST_TEST(broken(story) == "arp-silence@1");
}

// --- no-loop ---

BOOST_AUTO_TEST_CASE(a_packet_goes_round) {
  const FrameBytes frame = tcp(packet("PA", 1));
  const auto round = [&](int times, bool made) {
    Story story = direct();
    for (int i = 0; i < times; ++i) {
      if (made) story.sent("client:eth0", frame);
      story.received("director:eth0", frame).sent("director:eth0", frame);
    }
    return broken(story);
  };
  BOOST_TEST(round(64, false).empty());
  BOOST_TEST(round(200, false) == "no-loop@129");
  BOOST_TEST(round(200, true).empty());  // made as often

  Story counted_down = direct();  // a circle that ends
  for (uint8_t ttl = 255; ttl > 0; --ttl) {
    PacketText text = packet("PA", 1);
    text.ttl = ttl;
    counted_down.received("director:eth0", tcp(text)).sent("director:eth0", tcp(text));
  }
  BOOST_TEST(broken(counted_down).empty());
}

// --- as an expectation ---

BOOST_AUTO_TEST_CASE(as_an_expectation) {
  Story story = direct();
  by_route(story, packet("S", 1), kRs1Mac);
  BOOST_TEST(story.judge(topology::ExpectHolds{{"all"}}).passed);
  by_route(story, packet("A", 2), kRs1Mac);
  by_route(story, packet("A", 3), kRs2Mac);
  const Verdict verdict = story.judge(topology::ExpectHolds{{"all"}});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "in 15 frames: keeps-server broken by 1 frame");
  BOOST_TEST(mentions(verdict, "; the connection has rs1"), text_of(verdict));
  BOOST_TEST(story.judge(topology::ExpectHolds{{"no-rip", "weight-zero"}}).passed);
  BOOST_TEST(!story.judge(topology::ExpectHolds{{"no-rip", "keeps-server"}}).passed);
  story.evidence.lost = 1;
  BOOST_TEST(!story.judge(topology::ExpectHolds{{"no-rip"}}).passed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
