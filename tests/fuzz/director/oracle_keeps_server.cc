// A connection keeps its server as long as it lives: while its service's rules change, while other
// servers come, whatever weights do (ipvsadm(8), -w: a server of weight 0 keeps its connections).
//
// It is certain to live between a client's SYN with its ACK and the next SYN, FIN, RST, deleted
// rule, or pause of kSafe. UDP has no opening; a service of single packets (-o) no connections.

#include "tests/fuzz/director/flows.hh"

namespace lvslab::fuzz {

namespace {

// Below every timeout of what is established; rules.cc may set shorter ones, and secure_tcp has.
constexpr Duration kSafe = std::chrono::seconds(60);
constexpr uint8_t kTcp = 6, kUdp = 17;
constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

class KeepsServerOracle : public Oracle {
 public:
  std::string_view name() const override { return "keeps-server"; }
  void begin() override { flows_.clear(); }

  void rule(const ipvs::Command& command) override { flows_.rule(command); }
  void setting(const ipvs::Settings& settings) override {
    flows_.setting(settings);
    if (settings.secure_tcp != 0 || settings.expire_nodest_conn) flows_.doubt();
  }

  void frame(const Turn& turn, Complaints& complaints) override {
    flows_.look(turn);
    if (flows_.unsure()) return;
    const auto seen = flows_.request(turn);
    if (!seen) return;
    const Packet& packet = turn.in.reading.outer();
    if (seen->before && lives(*seen->before, packet, turn.at) &&
        seen->before->server != seen->server)
      complain(complaints, "a packet of the connection " + seen->name.client.text() + " > " +
                               seen->name.virtual_end.text() + " went to " + seen->server.text() +
                               ", those before went to " + seen->before->server.text());
    flows_.take(*seen, turn);
  }

 private:
  bool lives(const Flow& flow, const Packet& packet, Time now) const {
    if (now - flow.last >= kSafe) return false;
    // As in IPVS they find only connections that do not know their client's port yet.
    if (packet.from_port == 0) return false;
    if (packet.protocol == kUdp) return !flows_.one_packet();
    if (packet.protocol != kTcp || !flow.established) return false;
    return (packet.tcp_flags & (kSyn | kFin | kRst | kAck)) == kAck;
  }

  Flows flows_;
};

}  // namespace

std::unique_ptr<Oracle> make_keeps_server_oracle() {
  return std::make_unique<KeepsServerOracle>();
}

}  // namespace lvslab::fuzz
