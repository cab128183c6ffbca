// What the director made of a plain packet in place is what libtins makes of it by parsing and
// serialising (slow_path.hh); and a packet that is masqueraded there and back bears the addresses
// again that its client wrote.

#include <algorithm>

#include "tests/fuzz/director/flows.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/director/slow_path.hh"

namespace lvslab::fuzz {

namespace {

constexpr uint8_t kTcp = 6, kUdp = 17, kIpip = 4, kIpv6 = 41;
// Payloads are rewritten there.
constexpr uint16_t kFtp = 21;
constexpr Duration kSafe = std::chrono::seconds(1);

// libtins gives back what it read, and the director need not have mended anything.
bool is_plain(const Reading& reading) {
  if (reading.count != 1 || reading.fault || reading.bad_sum() || reading.unknown_sum())
    return false;
  const Packet& packet = reading.outer();
  return packet.plain && packet.has_ports && (packet.protocol == kTcp || packet.protocol == kUdp);
}

Bytes packet_of(const SeenFrame& frame, size_t which) {
  const Packet& packet = frame.reading.packets[which];
  return frame.bytes.subspan(packet.at, packet.length);
}

class SlowPathOracle : public Oracle {
 public:
  std::string_view name() const override { return "slow-path"; }
  void begin() override {
    flows_.clear();
    written_.clear();
    keeps_df_ = true;
    one_packet_ = unsure_ = false;
  }

  void rule(const ipvs::Command& command) override {
    flows_.rule(command);
    if (const auto* added = std::get_if<ipvs::AddService>(&command))
      one_packet_ |= added->service.one_packet;
    if (const auto* edited = std::get_if<ipvs::EditService>(&command))
      one_packet_ |= edited->service.one_packet;
    if (std::holds_alternative<ipvs::StartDaemon>(command)) unsure_ = true;
    if (std::holds_alternative<ipvs::SetTimeouts>(command)) unsure_ = true;
  }
  void setting(const ipvs::Settings& settings) override {
    keeps_df_ = settings.pmtu_disc;
    unsure_ |= settings.schedule_icmp;  // errors begin connections, too
  }

  void frame(const Turn& turn, Complaints& complaints) override {
    note(turn);
    if (!is_plain(turn.in.reading) || turn.out.size() != 1) return;
    const Packet& in = turn.in.reading.outer();
    if (in.from_port == kFtp || in.to_port == kFtp) return;
    if (const auto seen = flows_.request(turn)) {
      request(*seen, turn, complaints);
      flows_.take(*seen, turn);
    } else if (!unsure_ && !one_packet_) {
      reply(turn, complaints);
    }
  }

 private:
  void request(const Flows::Seen& seen, const Turn& turn, Complaints& complaints) const {
    const Reading& out = turn.out[0].reading;
    const size_t inner = std::min(out.count, out.quoted) - 1;
    if (out.packets[inner].fragment || out.outer().fragment) return;
    SlowEdit edit;
    if (seen.server.masqueraded) edit.destination = seen.server.real;
    // A checksum that the sender did not compute is the director's to compute, or nobody's.
    if (!edit.destination && turn.in.reading.outer().transport_sum == Sum::none) return;
    const auto expected = edit_slowly(packet_of(turn.in, 0), edit);
    if (!expected) return;
    compare(*expected, packet_of(turn.out[0], inner), "a request", complaints);
    if (inner == 1) check_tunnel(*expected, turn.out[0], complaints);
  }

  void check_tunnel(const std::vector<uint8_t>& inside, const SeenFrame& out,
                    Complaints& complaints) const {
    const Packet& outer = out.reading.outer();
    if (outer.protocol != kIpip && outer.protocol != kIpv6) return;
    SlowTunnel tunnel{outer.from, outer.to, 0, keeps_df_};
    const Bytes packet = packet_of(out, 0);
    if (!outer.v6) tunnel.id = load_be16(&packet[4]);
    const auto expected = tunnel_slowly(inside, tunnel);
    if (expected) compare(*expected, packet, "a tunnel's packet", complaints);
  }

  // A client may have two connections to one server, by two virtual ends (firewall marks, or two
  // services): which of them a reply is of shows in nothing but the director's answer. So any end
  // will do that the client wrote to.
  void reply(const Turn& turn, Complaints& complaints) const {
    const Packet& in = turn.in.reading.outer();
    if (turn.out[0].reading.count != 1 || turn.out[0].reading.outer().fragment) return;
    if (turn.out[0].port == turn.in.port) return;  // an error goes back
    for (const auto& [name, flow] : flows_.all()) {
      if (!flow.server.masqueraded || turn.at - flow.last >= kSafe) continue;
      if (name.protocol != in.protocol || flow.server.real != in.source() ||
          name.client != in.destination())
        continue;
      const FlowName shown{name.protocol, name.client, turn.out[0].reading.outer().source()};
      const bool wrote = std::find(written_.begin(), written_.end(), shown) != written_.end();
      SlowEdit edit;
      edit.source = wrote ? shown.virtual_end : name.virtual_end;
      const auto expected = edit_slowly(packet_of(turn.in, 0), edit);
      if (expected) compare(*expected, packet_of(turn.out[0], 0), "a reply", complaints);
      return;
    }
  }

  // To whom clients wrote, whatever became of it.
  void note(const Turn& turn) {
    if (turn.in.port != kOutside || turn.in.reading.count == 0) return;
    const Packet& packet = turn.in.reading.outer();
    unsure_ |= packet.fragment;  // its ports show in another one
    const FlowName name{packet.protocol, packet.source(), packet.destination()};
    if (packet.has_ports && std::find(written_.begin(), written_.end(), name) == written_.end())
      written_.push_back(name);
  }

  static bool is_same(const std::vector<uint8_t>& expected, Bytes found) {
    return std::equal(expected.begin(), expected.end(), found.begin(), found.end());
  }

  void compare(const std::vector<uint8_t>& expected, Bytes found, const char* what,
               Complaints& complaints) const {
    if (is_same(expected, found)) return;
    size_t at = 0;
    while (at < expected.size() && at < found.size() && expected[at] == found[at]) ++at;
    complain(complaints, std::string(what) + " of " + std::to_string(found.size()) +
                             " bytes differs from libtins' (" + std::to_string(expected.size()) +
                             " bytes) from byte " + std::to_string(at) + " on");
  }

  Flows flows_;
  std::vector<FlowName> written_;
  bool keeps_df_ = true;
  bool one_packet_ = false;
  bool unsure_ = false;
};

}  // namespace

std::unique_ptr<Oracle> make_slow_path_oracle() {
  return std::make_unique<SlowPathOracle>();
}

}  // namespace lvslab::fuzz
