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

Bytes packet_of(const SeenFrame& frame, size_t which) {
  const Packet& packet = frame.reading.packets[which];
  return frame.bytes.subspan(packet.at, packet.length);
}

// A neighbour solicitation (RFC 4861, 4.3). Of ARP a reading sees nothing.
bool asks_for_neighbour(const SeenFrame& frame) {
  constexpr uint8_t kIcmpv6 = 58, kSolicitation = 135, kHops = 255;
  const Packet& packet = frame.reading.outer();
  return packet.v6 && packet.protocol == kIcmpv6 && packet.ttl == kHops &&
         packet.length > packet.header && packet_of(frame, 0)[packet.header] == kSolicitation;
}

// TCP's options that libtins does not give back as they came: it stops at their end (kind 0;
// RFC 9293, 3.1) and pads with zeros to the next four bytes; and it forgets the length of one
// without data, unless it is SACK-permitted (RFC 2018).
bool has_odd_options(Bytes segment) {
  constexpr uint8_t kEnd = 0, kNothing = 1, kSackPermitted = 4;
  constexpr size_t kEmpty = 2;  // kind and length
  const size_t end = std::min(segment.size(), (segment[12] >> 4) * size_t{4});
  size_t at = 20;
  while (at < end && segment[at] != kEnd) {
    const bool single = segment[at] == kNothing || at + 1 == end;
    const size_t length = single ? 1 : std::max<size_t>(segment[at + 1], kEmpty);
    if (length == kEmpty && segment[at] != kSackPermitted) return true;
    at += length;
  }
  return at < end && (end - at > 3 || std::any_of(segment.begin() + static_cast<ptrdiff_t>(at),
                                                  segment.begin() + static_cast<ptrdiff_t>(end),
                                                  [](uint8_t byte) { return byte != kEnd; }));
}

// libtins gives back what it read, and the director need not have mended anything.
bool is_plain(const SeenFrame& frame) {
  const Reading& reading = frame.reading;
  if (reading.count != 1 || reading.fault || reading.bad_sum() || reading.unknown_sum())
    return false;
  const Packet& packet = reading.outer();
  if (!packet.plain || !packet.has_ports) return false;
  if (packet.protocol == kUdp) return true;
  // A good sum says that the header is whole.
  return packet.protocol == kTcp && !has_odd_options(packet_of(frame, 0).subspan(packet.header));
}

class SlowPathOracle : public Oracle {
 public:
  std::string_view name() const override { return "slow-path"; }
  void begin() override {
    flows_.clear();
    written_.clear();
    keeps_df_ = true;
  }

  void rule(const ipvs::Command& command) override { flows_.rule(command); }
  void setting(const ipvs::Settings& settings) override {
    flows_.setting(settings);
    keeps_df_ = settings.pmtu_disc;
    if (settings.schedule_icmp) flows_.doubt();  // errors begin connections, too
  }

  void frame(const Turn& turn, Complaints& complaints) override {
    note(turn);
    flows_.look(turn);
    if (!is_plain(turn.in) || turn.out.size() != 1) return;
    const Packet& in = turn.in.reading.outer();
    if (in.from_port == kFtp || in.to_port == kFtp) return;
    if (const auto seen = flows_.request(turn)) {
      request(*seen, turn, complaints);
      flows_.take(*seen, turn);
    } else if (!flows_.unsure() && !flows_.one_packet()) {
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
    if (asks_for_neighbour(turn.out[0])) return;   // behind which the reply waits
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
    if (packet.fragment) flows_.doubt();  // its ports show in another one
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
};

}  // namespace

std::unique_ptr<Oracle> make_slow_path_oracle() {
  return std::make_unique<SlowPathOracle>();
}

}  // namespace lvslab::fuzz
