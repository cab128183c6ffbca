// ipvsadm -S: rules, as -R reads them.
#include "emulator/ipvs/language.hh"
#include "emulator/ipvs/listing.hh"
#include "emulator/ipvs/listing_order.hh"
#include "emulator/ipvs/listing_text.hh"

namespace lvslab::ipvs {

namespace {

std::string name_of(const ServiceKey& key, const Form& form, const Resolver& resolver) {
  if (const auto* mark = std::get_if<MarkKey>(&key))
    return "-f " + std::to_string(static_cast<int32_t>(mark->mark)) +
           (mark->family == Family::v6 ? " -6" : "");
  const auto& address = std::get<AddressKey>(key);
  const char* option = address.protocol == Protocol::tcp   ? "-t "
                       : address.protocol == Protocol::udp ? "-u "
                                                           : "--sctp-service ";
  return option + endpoint_text(address.virtual_end, protocol_of(key), form.numeric, resolver);
}

std::string options_of(const Service& service) {
  std::string text = " -s " + std::string(name_of(service.scheduler));
  if (service.persistence) {
    text += " -p " + std::to_string(service.persistence->timeout);
    text += mask_text(*service.persistence, family_of(service.key), " -M ");
  }
  if (!service.engine.empty()) text += " --pe " + service.engine;
  if (service.one_packet) text += " -o";
  if (any(service.flags)) text += " -b " + flags_text(service.flags, service.scheduler);
  return text;
}

std::string options_of(const Destination& server) {
  constexpr const char* kMethods[] = {" -m", " -g", " -i"};
  std::string text = kMethods[static_cast<size_t>(server.method)];
  text += " -w " + std::to_string(server.weight);
  return text + (server.method == Method::tunnel ? " " + print(server.tunnel) : "");
}

}  // namespace

std::string save_rules(const std::vector<ServiceStatus>& services, const Form& form,
                       const Resolver& resolver) {
  std::string text;
  for (const auto* service : in_order(services, form.sorted)) {
    const ServiceKey& key = service->rule.key;
    const std::string name = name_of(key, form, resolver);
    text += "-A " + name + options_of(service->rule) + "\n";
    for (const auto* server : in_order(service->destinations, form.sorted))
      text += "-a " + name + " -r " +
              endpoint_text(server->rule.real, protocol_of(key), form.numeric, resolver) +
              options_of(server->rule) + "\n";
  }
  return text;
}

}  // namespace lvslab::ipvs
