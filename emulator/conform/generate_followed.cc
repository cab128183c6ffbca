// Conversations that nf_conntrack follows: those of FTP while some of it is masqueraded. It drops
// segments that it takes for no part of one, by windows and states of its own, and remembers some
// of those to servers by other methods too; the director has none of that
// (tests/conformance/README.md). So these go as their ends mean them to: opened, in order, closed,
// and never a second one between the same ports.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

namespace flag = wire::tcp_flag;
constexpr uint16_t kControl = 21, kFirstPort = 20000;

}  // namespace

// True where it is not known yet by which method it goes: the others are let alone.
bool Generator::is_followed(const Flow& flow) const {
  if (flow.protocol != wire::proto::kTcp) return false;
  if (flow.virtual_end.port != kControl && flow.scheduler != "ftp") return false;
  const auto c = connection_of(flow);
  return !c || c->method == ipvs::Method::masquerade || ours_->node().director().tracks();
}

// Whether nf_conntrack keeps a connection of its own for a segment that it finds bad where it comes
// in, and not any more where a server by another method is sent it.
bool Generator::keeps_spoilt(bool six) const {
  return !six && ours_->node().director().tracks();
}

// nf_conntrack begins to look, or does not any more: it knows only a part of those that there are.
void Generator::forget_conversations() {
  for (Flow& flow : flows_)
    if (flow.protocol == wire::proto::kTcp &&
        (flow.virtual_end.port == kControl || flow.scheduler == "ftp"))
      flow.stage = Flow::Stage::over;
}

// An error about a packet to the client whose server's words were rewritten: nf_conntrack renumbers
// it as if it were a TCP segment, with what stands where the flags would, and drops most of them.
bool Generator::is_error_renumbered(const Buffer& about) const {
  const bool six = about[0] >> 4 == 6;
  const size_t at = six ? 40 : (about[0] & 15U) * 4U;
  if (about.size() < at + 4 || !(about[5] & flag::kAck)) return false;
  const uint16_t port = load_be16(&about[at + 2]);
  return std::any_of(renumbered_.begin(), renumbered_.end(), [&](const wire::Endpoint& client) {
    return client.port == port && client.address.is_v6() == six;
  });
}

void Generator::give_own_port(Flow& flow) const {
  flow.client.port = static_cast<uint16_t>(kFirstPort + flow.id);
}

// Servers by other methods answer past the director.
void Generator::say(Flow& flow, bool by_client, uint8_t word) {
  if (by_client) return request(flow, word);
  const auto c = connection_of(flow);
  if (!c || c->method == ipvs::Method::masquerade) reply(flow, word);
}

// What comes next in it; another conversation if it is at its end.
void Generator::converse(Flow& flow) {
  using Stage = Flow::Stage;
  if (const auto c = connection_of(flow)) {
    flow.real = c->real;
    flow.server = c->real.address;
  } else if (flow.stage != Stage::fresh) {
    flow.stage = Stage::over;
  }
  switch (flow.stage) {
    case Stage::fresh:
      flow.stage = Stage::asked;
      return say(flow, !flow.by_server, flag::kSyn);
    case Stage::asked:
      flow.stage = Stage::answered;
      return say(flow, flow.by_server, flag::kSyn | flag::kAck);
    case Stage::answered:
      flow.stage = Stage::open;
      return say(flow, !flow.by_server, flag::kAck);
    case Stage::open:
      return talk(flow);
    case Stage::over:
      break;
  }
  if (walker_ == flow.id) walker_ = 0;
  new_flow();
}

void Generator::talk(Flow& flow) {
  const bool by_client = chance(60);
  bool& done = by_client ? flow.client_done : flow.server_done;
  if (flow.client_done && flow.server_done) {
    flow.stage = Flow::Stage::over;
    return say(flow, by_client, flag::kAck);
  }
  const unsigned what = below(100);
  if (what < 5) {
    flow.stage = Flow::Stage::over;
    return say(flow, by_client, flag::kRst);
  }
  if (done || what < 40) return say(flow, by_client, flag::kAck);
  if (what < 75) return say(flow, by_client, flag::kPsh | flag::kAck);
  done = true;
  say(flow, by_client, flag::kFin | flag::kAck);
}

}  // namespace lvslab::conform
