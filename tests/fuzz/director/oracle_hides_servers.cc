// Clients of a masqueraded service never see a real server: what it answers in a connection bears
// the virtual end, and so does what an ICMP error quotes of it (RFC 5508, 4.2).

#include "tests/fuzz/director/flows.hh"

namespace lvslab::fuzz {

namespace {

// Below the shortest timeout of a connection (a new one's: 3 s).
constexpr Duration kSafe = std::chrono::seconds(1);

class HidesServersOracle : public Oracle {
 public:
  std::string_view name() const override { return "hides-servers"; }
  void begin() override { flows_.clear(); }

  void rule(const ipvs::Command& command) override { flows_.rule(command); }
  void setting(const ipvs::Settings& settings) override { flows_.setting(settings); }

  void frame(const Turn& turn, Complaints& complaints) override {
    flows_.look(turn);
    if (flows_.unsure() || flows_.one_packet()) return;
    if (const auto seen = flows_.request(turn)) return flows_.take(*seen, turn);
    const Reading& in = turn.in.reading;
    if (in.count == 0 || !in.outer().has_ports) return;
    const Packet& packet = in.outer();
    for (const auto& [name, flow] : flows_.all()) {
      if (!flow.server.masqueraded || turn.at - flow.last >= kSafe) continue;
      if (name.protocol != packet.protocol || flow.server.real != packet.source() ||
          name.client != packet.destination())
        continue;
      for (const SeenFrame& out : turn.out) check(name, flow, out, complaints);
    }
  }

 private:
  void check(const FlowName& name, const Flow& flow, const SeenFrame& out,
             Complaints& complaints) const {
    if (out.reading.count == 0 || out.reading.outer().to != name.client.address ||
        out.reading.outer().from != flow.server.real.address)
      return;
    complain(complaints, "the client " + name.client.text() + " of " + name.virtual_end.text() +
                             " is shown the server " + flow.server.real.text());
  }

  Flows flows_;
};

}  // namespace

std::unique_ptr<Oracle> make_hides_servers_oracle() {
  return std::make_unique<HidesServersOracle>();
}

}  // namespace lvslab::fuzz
