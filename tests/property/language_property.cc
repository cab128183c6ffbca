// parse(print(rule)) == rule for every command, and no line whatever does more than be refused.

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "tests/property/generators.hh"

namespace lvslab::testing {

namespace {

using namespace ipvs;

ServiceKey pick_key() {
  const Family family = *any_family();
  if (*rc::gen::element(0, 1, 2, 3) == 0) return MarkKey{*rc::gen::positive<uint32_t>(), family};
  const auto protocol = *rc::gen::element(Protocol::tcp, Protocol::udp, Protocol::sctp);
  const auto port =
      *rc::gen::oneOf(rc::gen::arbitrary<uint16_t>(), rc::gen::element<uint16_t>(0, 80, 65535));
  return AddressKey{protocol, {*address_of(family), port}};
}

Persistence pick_persistence(Family family) {
  Persistence persistence;
  persistence.timeout = *rc::gen::inRange<uint32_t>(1, kLargestTimeout + 1);
  if (family == Family::v4)
    persistence.netmask = *rc::gen::oneOf(rc::gen::arbitrary<uint32_t>(),
                                          rc::gen::element<uint32_t>(0, 0xffffffff, 0xffffff00));
  else
    persistence.prefix6 = *rc::gen::inRange(1U, 129U);
  return persistence;
}

Service pick_service() {
  Service service;
  service.key = pick_key();
  service.scheduler = *scheduler_named(*rc::gen::elementOf(scheduler_names()));
  const auto some = [] { return *rc::gen::arbitrary<bool>(); };
  service.flags = {some(), some(), some()};
  const auto* address = std::get_if<AddressKey>(&service.key);
  const bool all_ports = address != nullptr && address->virtual_end.port == 0;
  if (all_ports || some()) service.persistence = pick_persistence(family_of(service.key));
  const bool may_be_udp = address == nullptr || address->protocol == Protocol::udp;
  service.one_packet = may_be_udp && some();
  service.engine = some() ? "sip" : "";
  return service;
}

Tunnel pick_tunnel() {
  const auto checksum = *rc::gen::element(TunnelChecksum::none, TunnelChecksum::checksum);
  switch (*rc::gen::element(0, 1, 2)) {
    case 0:
      return {};
    case 1:
      return {TunnelType::gre, 0, checksum};
    default:
      return {TunnelType::gue, *rc::gen::inRange<uint16_t>(1, 65535),
              *rc::gen::element(checksum, TunnelChecksum::remote)};
  }
}

bool unicast(const IpAddress& address) {
  return !address.is_unspecified() && !address.is_multicast() &&
         address != IpAddress::v4_from(0xffffffff);
}

Destination pick_destination(const ServiceKey& key) {
  Destination destination;
  destination.method = *rc::gen::element(Method::masquerade, Method::route, Method::tunnel);
  Family family = family_of(key);
  if (destination.method == Method::tunnel) {
    destination.tunnel = pick_tunnel();
    family = *any_family();  // a tunnel may join the families
  }
  destination.real.address = *rc::gen::suchThat(address_of(family), unicast);
  destination.real.port = *rc::gen::arbitrary<uint16_t>();
  const auto* address = std::get_if<AddressKey>(&key);
  if (address != nullptr && destination.method != Method::masquerade)
    destination.real.port = address->virtual_end.port;
  destination.weight = *rc::gen::inRange<uint32_t>(0, kLargestWeight);
  destination.upper = *rc::gen::element<uint32_t>(0, 1, 5000, kLargestWeight);
  destination.lower = *rc::gen::inRange<uint32_t>(0, destination.upper + 1);
  return destination;
}

Daemon pick_daemon() {
  Daemon daemon;
  daemon.role = *rc::gen::element(DaemonRole::master, DaemonRole::backup);
  daemon.id = *rc::gen::arbitrary<uint8_t>();
  daemon.interface = *rc::gen::element<std::string>("eth0", "tap1");
  daemon.largest = *rc::gen::inRange<uint16_t>(0, 65508);
  daemon.group =
      *rc::gen::element(IpAddress{}, *IpAddress::parse("239.1.2.3"), *IpAddress::parse("ff02::51"));
  daemon.port = *rc::gen::arbitrary<uint16_t>();
  daemon.ttl = *rc::gen::arbitrary<uint8_t>();
  return daemon;
}

Command pick_command() {
  const ServiceKey key = pick_key();
  const auto timeout = rc::gen::inRange<uint32_t>(0, kLargestTimeout + 1);
  switch (*rc::gen::element(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) {
    case 0:
      return AddService{pick_service()};
    case 1:
      return EditService{pick_service()};
    case 2:
      return DeleteService{key};
    case 3:
      return AddDestination{key, pick_destination(key)};
    case 4:
      return EditDestination{key, pick_destination(key)};
    case 5:
      return DeleteDestination{key, {*address_of(family_of(key)), *rc::gen::arbitrary<uint16_t>()}};
    case 6:
      return SetTimeouts{*timeout, *timeout, *timeout};
    case 7:
      return *rc::gen::arbitrary<bool>() ? Zero{key} : Zero{};
    case 8:
      return StartDaemon{pick_daemon()};
    case 9:
      return StopDaemon{pick_daemon().role, *rc::gen::arbitrary<uint8_t>()};
    default:
      return Clear{};
  }
}

}  // namespace

rc::Gen<Command> any_command() {
  return rc::gen::exec(pick_command);
}

}  // namespace lvslab::testing

namespace lvslab::ipvs {

// What RapidCheck shows of a failing case.
void showValue(const Command& command, std::ostream& out) {
  out << print(command);
}

}  // namespace lvslab::ipvs

using namespace lvslab::ipvs;
using lvslab::testing::any_command;

BOOST_AUTO_TEST_SUITE(language)

RC_BOOST_PROP(what_is_printed_reads_back, ()) {
  const Command command = *any_command();
  const std::string line = print(command);
  RC_LOG() << line << '\n';
  RC_ASSERT(parse(line) == command);
  RC_ASSERT(parse("ipvsadm " + line) == command);
}

RC_BOOST_PROP(printing_is_settled_after_one_reading, ()) {
  const std::string line = print(*any_command());
  RC_ASSERT(print(parse(line)) == line);
}

RC_BOOST_PROP(a_line_with_a_word_gone_or_doubled_is_read_or_refused, ()) {
  std::string line = print(*any_command());
  const auto at = *rc::gen::inRange<size_t>(0, line.size());
  const size_t end = std::min(line.find(' ', at), line.size());
  const std::string word = line.substr(at, end - at);
  line.replace(at, end - at, *rc::gen::arbitrary<bool>() ? "" : word + " " + word);
  try {
    const Command command = parse(line);
    RC_ASSERT(parse(print(command)) == command);
  } catch (const RuleError& refused) {
    RC_ASSERT(refused.column() >= 1U);
    RC_ASSERT(refused.column() <= line.size() + 1);
  }
}

RC_BOOST_PROP(noise_is_refused_with_a_place_in_the_line, ()) {
  const auto letters =
      rc::gen::elementOf(std::string("-AEDCaedZtufsprmgiwxyb6oM= :.,[]019\tv") + char{0});
  const auto line = *rc::gen::container<std::string>(letters);
  try {
    const Command command = parse(line);
    RC_ASSERT(parse(print(command)) == command);
  } catch (const RuleError& refused) {
    RC_ASSERT(refused.column() >= 1U);
    RC_ASSERT(refused.column() <= line.size() + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
