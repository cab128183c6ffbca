#include "emulator/conform/generate.hh"

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kRemembered = 48;  // frames that may be answered, quoted or spoilt
// In front of a timer: what real time may lag behind (timing.hh), since the
// kernel's side does everything a little later than its time and never earlier. Behind it: how late
// timers of up to 40 s fire at 100 Hz (the kernel's timer wheel rounds them up to 640 ms).
constexpr Duration kBefore = std::chrono::milliseconds(1600);
constexpr Duration kAfter = std::chrono::milliseconds(1100);
// --stats shows what the estimator last saw, every 2 s.
constexpr Duration kEstimated = std::chrono::milliseconds(2500);

void remember(std::deque<Passed>& in, uint32_t port, const Buffer& frame) {
  in.push_front({port, frame});
  if (in.size() > kRemembered) in.pop_back();
}

}  // namespace

Case generate(uint64_t seed, const GenerateOptions& options) {
  return Generator(seed, options).make();
}

Generator::Generator(uint64_t seed, const GenerateOptions& options)
    : options_(options), random_(seed) {
  static const std::vector<uint32_t> kMtus = {1500, 1500, 1500, 1400, 1300};
  case_ = world::surroundings(pick(kMtus));
  case_.name = "seed-" + std::to_string(seed);
  if (has(Feature::settings) && chance(6)) case_.forwarding = false;
}

Case Generator::make() {
  ours_ = std::make_unique<Ours>(case_);
  set_up();
  while (frames_ < options_.frames) step();
  list("-Ln");
  list("-Lnc");
  if (chance(25)) list("-Sn");
  let_estimate();
  list("-Ln --stats");
  if (chance(25)) list("-Ln --thresholds");
  return std::move(case_);
}

void Generator::step() {
  const unsigned what = below(100);
  if (what < 38) return client_packet();
  if (what < 62) return server_packet();
  if (what < 74 && has(Feature::icmp)) return icmp_error();
  if (what < 79) return stray();
  if (what < 84 && has(Feature::hostile)) return hostile();
  if (what < 87 && has(Feature::changes)) return change_rules();
  if (what < 88) return look();
  if (what < 93 && has(Feature::timers)) return wait();
  client_packet();
}

Answer Generator::add(Event event) {
  Answer answer = ours_->play(event);
  const bool stirred = stirs(*ours_, event);
  case_.events.push_back(std::move(event));
  if (stirred) let_tick_pass();
  return answer;
}

void Generator::let_tick_pass() {
  Event event;
  event.pause = 2 * kOneTick;
  learn(add(std::move(event)), nullptr);
}

void Generator::frame(uint32_t port, Buffer bytes, Flow* flow) {
  ++frames_;
  last_frame_ = ours_->now();
  remember(entered_, port, bytes);
  Event event;
  event.kind = EventKind::frame;
  event.port = port;
  event.bytes = std::move(bytes);
  learn(add(std::move(event)), flow);
}

// Where a request of `flow` came out tells who will answer it, and as whom.
void Generator::learn(const Answer& answer, Flow* flow) {
  for (const SentFrame& sent : answer.frames) {
    remember(sent.port == world::kInside ? inside_ : outside_, sent.port, sent.bytes);
    if (!flow || sent.port != world::kInside) continue;
    const Bytes packet = Bytes(sent.bytes).subspan(wire::kEthernetSize);
    wire::Endpoint to = flow->virtual_end;
    Bytes payload;
    if (const auto ip = wire::Ipv4View::over(packet)) {
      to.address = ip->destination();
      payload = ip->payload();
    } else if (const auto ip6 = wire::Ipv6View::over(packet)) {
      to.address = ip6->destination();
      payload = ip6->payload();
    } else {
      continue;
    }
    flow->server =
        to.address == flow->virtual_end.address ? world::server(0, to.address.is_v6()) : to.address;
    const bool plain = to.address.family() == flow->virtual_end.address.family() &&
                       packet[packet[0] >> 4 == 4 ? 9 : 6] == flow->protocol;
    if (plain && payload.size() >= 4 && to.address != flow->virtual_end.address)
      to.port = load_be16(&payload[2]);
    flow->real = plain ? to : flow->virtual_end;
  }
}

void Generator::list(const char* options) {
  Event event;
  event.kind = EventKind::listing;
  event.text = options;
  add(std::move(event));
}

void Generator::look() {
  static const std::vector<const char*> kListings = {
      "-Ln", "-Lnc", "-Lnc", "-Ln --thresholds", "-L --timeout", "-Ln --persistent-conn"};
  list(pick(kListings));
  if (ours_->now() >= last_frame_ + kEstimated) list("-Ln --stats");
}

bool Generator::quiet_at(Time when) const {
  for (const auto& connection : ours_->node().director().connections(ours_->now())) {
    const Time ends = ours_->now() + connection.left;
    if (when > ends - kBefore && when < ends + kAfter) return false;
  }
  const Time host = ours_->node().host().next_deadline();
  return !(when > host - kBefore && (host < Time::max() - kAfter && when < host + kAfter));
}

void Generator::pass(Duration pause) {
  constexpr Duration kHalf = std::chrono::milliseconds(500);
  for (int i = 0; i < 60 && !quiet_at(ours_->now() + pause); ++i) pause += kHalf;
  Event event;
  event.pause = pause;
  learn(add(std::move(event)), nullptr);
}

// The kernel's estimator looks at the counters every 2 s.
void Generator::let_estimate() {
  pass(kEstimated);
}

void Generator::wait() {
  if (case_.length() > options_.longest) return;
  pass(std::chrono::milliseconds(500 + 1000 * static_cast<int64_t>(below(5))));
  if (chance(50)) list("-Lnc");
}

}  // namespace lvslab::conform
