// A packet of a known connection takes a short cut unless somebody wants a note of what became of
// it. Two directors have the same rules and get the same packets, the one with notes, the other
// without: all that they do and know stays the same.

#include <sstream>

#include "emulator/base/random.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

class Twins {
 public:
  void rules(const std::string& line) {
    tell(with_, line);
    tell(without_, line);
  }
  // Of the one only.
  void rule_of_one(const std::string& line) { tell(without_, line); }

  // What one did and the other did not, "" if nothing.
  std::string send(const Packet& packet, Hook hook, Duration later) {
    now_ += later;
    Note note;
    const std::string noted = outcome(with_, packet, hook, &note);
    const std::string other = outcome(without_, packet, hook, nullptr);
    return noted == other ? "" : noted + "\n" + other;
  }
  std::string compare() const {
    const std::string noted = state(with_), other = state(without_);
    return noted == other ? "" : noted + "\n" + other;
  }
  size_t connections() const { return without_.connections(now_).size(); }
  uint64_t forwarded() const { return forwarded_; }

 private:
  void tell(Director& director, const std::string& line) {
    try {
      director.apply(command(line), now_);
    } catch (const CommandError&) {
      ++refused_;
    }
  }

  std::string outcome(Director& director, const Packet& packet, Hook hook, Note* note) {
    wire::Frame frame = frame_of(packet);
    const Verdict verdict = director.process(frame, hook, now_, note);
    forwarded_ += verdict.action == Action::forward;
    std::ostringstream text;
    text << verdict.action << ' ' << verdict.reason << ' ' << verdict.next_hop << ' ' << verdict.mtu
         << ' ' << verdict.answer.wanted << ' ' << int{verdict.answer.type} << ' '
         << int{verdict.answer.code} << ' ' << verdict.answer.mtu << '\n'
         << hex(bytes_of(frame));
    return text.str();
  }

  std::string state(const Director& director) const {
    std::ostringstream text;
    text << director.next_deadline().time_since_epoch().count() << '\n';
    for (const auto& one : director.connections(now_))
      text << int{one.protocol} << ' ' << one.client << ' ' << one.real << ' ' << one.state << ' '
           << one.left.count() << '\n';
    for (const auto& service : director.services())
      for (const auto& server : service.destinations)
        text << server.rule.real << ' ' << server.total.connections << ' '
             << server.total.packets_in << ' ' << server.total.bytes_in << '\n';
    for (const uint64_t drops : director.drops()) text << drops << ' ';
    return text.str();
  }

  TableOfRoutes routes_;
  Director with_{{}, routes_, 1}, without_{{}, routes_, 1};
  Time now_{100s};
  uint64_t forwarded_ = 0, refused_ = 0;
};

const char* const kMethods[] = {"-m", "-g", "-i"};

std::string some_service(Random& random) {
  return (random.below(2) ? "-t 192.0.2." : "-u 192.0.2.") + std::to_string(random.below(3)) +
         ":80";
}
std::string some_server(Random& random) {
  return " -r 198.51.100." + std::to_string(random.below(3)) + ":80";
}

void set_up(Twins& twins, Random& random) {
  for (int host = 0; host < 3; ++host)
    for (const char* protocol : {"-t", "-u"}) {
      const std::string service =
          std::string(protocol) + " 192.0.2." + std::to_string(host) + ":80";
      const bool udp = std::string(protocol) == "-u";
      const char* extra = random.below(3) ? "" : udp && random.below(2) ? " -o" : " -p 30";
      twins.rules("-A " + service + " -s rr" + extra);
      for (int server = 0; server < 2; ++server)
        twins.rules("-a " + service + " -r 198.51.100." + std::to_string(server) + ":80 " +
                    kMethods[host]);
    }
}

void change_something(Twins& twins, Random& random) {
  const std::string service = some_service(random), server = some_server(random);
  const std::string method = std::string(" ") + kMethods[random.below(3)];
  switch (random.below(3)) {
    case 0:
      return twins.rules("-d " + service + server);
    case 1:
      return twins.rules("-a " + service + server + method);
    default:
      twins.rules("-e " + service + server + method + " -w " + std::to_string(random.below(3)));
  }
}

// Mostly good ones, of few clients, so that they meet.
Packet some_packet(Random& random) {
  Spec spec;
  spec.udp = random.below(2) == 0;
  spec.from = end("203.0.113." + std::to_string(random.below(3)) + ":" +
                  std::to_string(random.below(50) ? 40000 + random.below(4) : 0));
  spec.to = end("192.0.2." + std::to_string(random.below(3)) + ":80");
  constexpr uint8_t kFlags[] = {0x10, 0x10, 0x10, 0x18, 0x02, 0x02, 0x11, 0x04, 0x12, 0x00};
  spec.flags = kFlags[random.below(std::size(kFlags))];
  spec.ttl = static_cast<uint8_t>(random.below(30) ? 64 : random.below(3));
  spec.dont_fragment = random.below(2) == 0;
  spec.payload.assign(random.below(30) ? random.below(40) : 1300 + random.below(300), 'x');
  Packet packet = spec.bytes();
  if (random.below(40) == 0) packet.resize(random.below(packet.size() + 1));
  if (random.below(20) == 0 && !packet.empty())
    packet[random.below(std::min<size_t>(packet.size(), 40))] ^=
        static_cast<uint8_t>(1U << random.below(8));
  if (random.below(20) == 0) packet.resize(packet.size() + 6);  // an Ethernet frame's padding
  return packet;
}

Duration some_time(Random& random) {
  return random.below(200) ? std::chrono::milliseconds(random.below(30)) : Duration(70s);
}

BOOST_AUTO_TEST_CASE(with_and_without_notes_all_is_the_same) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    Twins twins;
    set_up(twins, random);
    for (int i = 0; i < 8000; ++i) {
      if (random.below(500) == 0) change_something(twins, random);
      const Hook hook = random.below(10) ? Hook::local_in : Hook::forward;
      const std::string differs = twins.send(some_packet(random), hook, some_time(random));
      BOOST_REQUIRE_MESSAGE(differs.empty(), "seed " << seed << ", packet " << i << ":\n"
                                                     << differs);
      if (i % 100 != 0) continue;
      BOOST_REQUIRE_MESSAGE(twins.compare().empty(), "seed " << seed << ":\n" << twins.compare());
    }
    BOOST_TEST(twins.forwarded() > 5000U);
    BOOST_TEST(twins.connections() > 5U);
  }
}

// The control: what differs is seen.
BOOST_AUTO_TEST_CASE(twins_that_are_none) {
  Random random(1);
  Twins twins;
  set_up(twins, random);
  twins.rule_of_one("-e -t 192.0.2.0:80 -r 198.51.100.0:80 -m -w 0");
  std::string differs;
  for (int i = 0; i < 200; ++i) differs += twins.send(some_packet(random), Hook::local_in, 1ms);
  BOOST_TEST(!differs.empty());
  BOOST_TEST(!twins.compare().empty());
}

}  // namespace
}  // namespace lvslab::director::test
