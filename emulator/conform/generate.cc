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
  if (has(Feature::fwmark) && chance(15))
    for (const bool six : {false, true}) {
      const auto to = world::vip(world::kMarkedVip, six);
      case_.marks.push_back({six ? 2U : 1U, {to, six ? 128U : 32U}});
    }
}

Case Generator::make() {
  ours_ = std::make_unique<Ours>(case_);
  set_up();
  while (frames_ < options_.frames) step();
  list("-Ln");
  list("-Lnc");
  if (chance(25)) list("-Sn");
  if (let_estimate()) list("-Ln --stats");
  if (chance(25)) list("-Ln --thresholds");
  return std::move(case_);
}

void Generator::step() {
  const unsigned what = below(100);
  if (what < 45) return walk();
  if (what < 58) return client_packet();
  if (what < 70) return server_packet();
  if (what < 80 && has(Feature::icmp)) return icmp_error();
  if (what < 84) return stray();
  if (what < 88 && has(Feature::hostile)) return hostile();
  if (what < 91 && has(Feature::changes)) return change_rules();
  if (what < 92) return look();
  if (what < 95 && has(Feature::timers)) return wait();
  if (what < 97 && has(Feature::ftp)) return ftp();
  walk();
}

Answer Generator::add(Event event) {
  Answer answer = ours_->play(event);
  const bool stirred = stirs(*ours_, event);
  case_.events.push_back(std::move(event));
  if (stirred) let_tick_pass();
  return answer;
}

void Generator::let_tick_pass() {
  if (is_due_soon()) {
    if (pass(2 * kOneTick)) return;
    frames_ = options_.frames;  // it can be neither passed nor led up to: the case ends here
  }
  Event event;
  event.pause = 2 * kOneTick;
  learn(add(std::move(event)));
}

void Generator::frame(uint32_t port, Buffer bytes, Flow* flow) {
  ++frames_;
  last_frame_ = ours_->now();
  if (!flow || !is_followed(*flow)) remember(entered_, port, bytes);
  Event event;
  event.kind = EventKind::frame;
  event.port = port;
  event.bytes = std::move(bytes);
  learn(add(std::move(event)), flow, port);
}

// Where a request of `flow` came out tells who will answer it, and as whom.
void Generator::learn(const Answer& answer, Flow* flow, uint32_t entered_by) {
  for (const SentFrame& sent : answer.frames) {
    remember(sent.port == world::kInside ? inside_ : outside_, sent.port, sent.bytes);
    if (!flow) continue;
    const Bytes packet = Bytes(sent.bytes).subspan(wire::kEthernetSize);
    wire::Endpoint to = flow->virtual_end;
    uint8_t protocol = 0;
    Bytes payload;
    bool whole = true, ports = true;
    if (const auto ip = wire::Ipv4View::over(packet)) {
      to.address = ip->destination();
      protocol = ip->protocol();
      payload = ip->payload();
      whole = !ip->is_fragment();
      ports = ip->fragment_offset() == 0;
    } else if (const auto ip6 = wire::Ipv6View::over(packet)) {
      to.address = ip6->destination();
      protocol = ip6->next_header();
      payload = ip6->payload();
    } else {
      continue;
    }
    const bool plain =
        to.address.family() == flow->virtual_end.address.family() && protocol == flow->protocol;
    if (plain && whole) learn_numbers(payload, to.address == flow->client.address, *flow);
    if (sent.port != world::kInside || entered_by != world::kOutside) continue;
    flow->server =
        to.address == flow->virtual_end.address ? world::server(0, to.address.is_v6()) : to.address;
    if (plain && !ports) continue;
    if (plain && payload.size() >= 4 && to.address != flow->virtual_end.address)
      to.port = load_be16(&payload[2]);
    flow->real = plain ? to : flow->virtual_end;
  }
}

// A director that changed words in a segment has renumbered those behind it.
void Generator::learn_numbers(Bytes segment, bool to_client, Flow& flow) {
  const auto tcp = wire::TcpView::over(segment);
  if (flow.protocol != wire::proto::kTcp || !tcp || tcp->header_length() > segment.size()) return;
  const auto opens = tcp->flags() & (wire::tcp_flag::kSyn | wire::tcp_flag::kFin);
  (to_client ? flow.client_expects : flow.server_expects) =
      tcp->sequence() + static_cast<uint32_t>(segment.size() - tcp->header_length()) +
      (opens ? 1U : 0U);
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

}  // namespace lvslab::conform
