#include "emulator/lab/sabotage.hh"

#include "emulator/base/error.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::lab {

namespace {

// Bytes of the transport's checksum field; nothing for other protocols.
std::optional<size_t> checksum_field(uint8_t protocol) {
  if (protocol == wire::proto::kTcp) return 16;
  if (protocol == wire::proto::kUdp) return 6;
  return {};
}

void break_odd(wire::Ipv4Edit ip) {
  const auto field = checksum_field(ip.protocol());
  const auto payload = ip.payload();
  if (!field || ip.is_fragment() || payload.size() % 2 == 0 || payload.size() < *field + 2) return;
  uint8_t* at = payload.data() + *field;
  store_be16(at, static_cast<uint16_t>(load_be16(at) + 1));
}

// A virtual address as source of a FIN becomes the first masqueraded server's, with right sums.
void untranslate(wire::Ipv4Edit ip, const topology::Host& director) {
  if (ip.protocol() != wire::proto::kTcp || ip.is_fragment()) return;
  const auto tcp = wire::TcpEdit::over(ip.payload());
  if (!tcp || !(tcp->flags() & wire::tcp_flag::kFin)) return;
  bool from_virtual = false;
  std::optional<wire::Endpoint> real;
  for (const auto& rule : director.rules) {
    const auto* add = std::get_if<ipvs::AddDestination>(&rule.command);
    if (!add || add->destination.method != ipvs::Method::masquerade) continue;
    const auto* key = std::get_if<ipvs::AddressKey>(&add->key);
    from_virtual |= key && key->virtual_end.address == ip.source();
    if (!real) real = add->destination.real;
  }
  if (!from_virtual || !real) return;
  ip.set_source(real->address);
  tcp->set_source_port(real->port);
  ip.fill_checksum();
  tcp->set_checksum(0);
  const auto size = static_cast<uint32_t>(ip.payload().size());
  tcp->set_checksum(wire::checksum_finish(wire::checksum_sum(
      ip.payload(),
      wire::pseudo_header_sum(ip.source(), ip.destination(), wire::proto::kTcp, size))));
}

class Saboteur final : public node::Node {
 public:
  Saboteur(node::Node& node, const topology::Host& director, Sabotage sabotage)
      : node_(node), director_(director), sabotage_(sabotage) {}

  void receive(uint32_t port, wire::Frame frame, Time now, node::Outbox& outbox) override {
    Out out(*this, outbox);
    node_.receive(port, std::move(frame), now, out);
  }
  void tick(Time now, node::Outbox& outbox) override {
    Out out(*this, outbox);
    node_.tick(now, out);
  }
  Time next_deadline() const override { return node_.next_deadline(); }

 private:
  class Out final : public node::Outbox {
   public:
    Out(const Saboteur& saboteur, node::Outbox& outbox) : saboteur_(saboteur), outbox_(outbox) {}
    void send(uint32_t port, wire::Frame frame) override {
      saboteur_.spoil(frame);
      outbox_.send(port, std::move(frame));
    }

   private:
    const Saboteur& saboteur_;
    node::Outbox& outbox_;
  };

  void spoil(wire::Frame& frame) const {
    const auto ethernet = wire::EthernetView::over(frame.bytes());
    if (!ethernet || ethernet->type() != wire::ethertype::kIpv4) return;
    const auto ip = wire::Ipv4Edit::over(frame.bytes().subspan(wire::kEthernetSize));
    if (!ip) return;
    if (sabotage_ == Sabotage::odd_checksum) break_odd(*ip);
    if (sabotage_ == Sabotage::untranslated) untranslate(*ip, director_);
  }

  node::Node& node_;
  const topology::Host& director_;
  Sabotage sabotage_;
};

}  // namespace

std::optional<Sabotage> sabotage_of(std::string_view name) {
  constexpr std::pair<std::string_view, Sabotage> kNames[] = {
      {"odd-checksum", Sabotage::odd_checksum},
      {"weight-zero", Sabotage::weight_zero},
      {"arp-leak", Sabotage::arp_leak},
      {"untranslated", Sabotage::untranslated},
      {"immortal", Sabotage::immortal}};
  for (const auto& [known, sabotage] : kNames)
    if (known == name) return sabotage;
  return {};
}

void refuse_sabotage(const Options& options) {
  if (options.sabotage) throw UsageError("--sabotage goes with --on sim only");
}

topology::Host sabotaged(topology::Host host, Sabotage sabotage) {
  if (sabotage != Sabotage::arp_leak || host.role != topology::Role::real_server) return host;
  for (auto& [key, value] : host.sysctls)
    if (key.ends_with(".arp_ignore") || key.ends_with(".arp_announce")) value.assign(1, '0');
  return host;
}

ipvs::Command sabotaged(ipvs::Command command, Sabotage sabotage) {
  if (sabotage != Sabotage::weight_zero) return command;
  if (auto* add = std::get_if<ipvs::AddDestination>(&command))
    if (add->destination.weight == 0) add->destination.weight = 1;
  if (auto* edit = std::get_if<ipvs::EditDestination>(&command))
    if (edit->destination.weight == 0) edit->destination.weight = 1;
  return command;
}

std::vector<ipvs::Command> rules_of(Sabotage sabotage) {
  if (sabotage != Sabotage::immortal) return {};
  return {ipvs::parse("--set 1000000 1000000 1000000")};
}

std::unique_ptr<node::Node> saboteur(node::Node& node, const topology::Host& director,
                                     Sabotage sabotage) {
  if (sabotage != Sabotage::odd_checksum && sabotage != Sabotage::untranslated) return nullptr;
  return std::make_unique<Saboteur>(node, director, sabotage);
}

}  // namespace lvslab::lab
