#include "emulator/director/rule_check.hh"

#include "emulator/director/director.hh"
#include "emulator/director/scheduler.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::director {

namespace {

void refuse_if(bool unsupported, const std::string& what) {
  if (unsupported) throw CommandError("unsupported: " + what);
}

constexpr uint32_t kLargestWeight = 0x7fffffff;  // ipvsadm(8), -w; the kernel keeps an int
constexpr uint32_t kBroadcast = 0xffffffff;

}  // namespace

void check_service(const ipvs::Service& service) {
  const auto* key = std::get_if<ipvs::AddressKey>(&service.key);
  refuse_if(!key, "firewall marks (-f)");
  refuse_if(key->virtual_end.address.is_v6(), "IPv6 forwarding");
  refuse_if(key->protocol == ipvs::Protocol::sctp, "SCTP");
  refuse_if(service.persistence.has_value(), "persistence (-p)");
  refuse_if(!service.engine.empty(), "persistence engine (--pe)");
  refuse_if(key->virtual_end.port == 0, "services of all ports (port 0)");
  refuse_if(service.one_packet, "one-packet scheduling (-o)");
  refuse_if(!is_supported(service.scheduler),
            "scheduler " + std::string(ipvs::name_of(service.scheduler)));
}

void check_destination(const ipvs::Destination& destination) {
  const auto& address = destination.real.address;
  refuse_if(address.is_v6(), "IPv6 forwarding");
  refuse_if(destination.method == ipvs::Method::tunnel &&
                destination.tunnel.type != ipvs::TunnelType::ipip,
            "tunnels other than IPIP (--tun-type)");
  if (destination.weight > kLargestWeight || destination.lower > destination.upper)
    throw CommandError("Numerical result out of range");
  if (address.is_unspecified() || address.is_multicast() || address.v4_value() == kBroadcast)
    throw CommandError(
        "Invalid operation.  Possibly wrong module version, address not unicast, ...");
}

}  // namespace lvslab::director
