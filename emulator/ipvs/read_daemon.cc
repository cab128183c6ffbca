// The synchronisation daemon of a rule: --start-daemon, --stop-daemon.
#include "emulator/ipvs/rule.hh"

namespace lvslab::ipvs {

using enum Subject;

namespace {

constexpr uint32_t kLargestSync = 65535 - 20 - 8;  // bytes: what an IPv4 datagram of UDP holds
constexpr size_t kLongestInterface = 15;           // characters (IFNAMSIZ)

DaemonRole read_role(const Rule& rule) {
  const Word& word = *rule.command().value;
  if (word.text == "master") return DaemonRole::master;
  if (word.text == "backup") return DaemonRole::backup;
  refuse(word, quoted(word.text) + " is no role of a daemon: it is master or backup");
}

IpAddress read_group(const Word& word) {
  const auto address = IpAddress::parse(word.text);
  if (!address || !address->is_multicast())
    refuse(word, quoted(word.text) + " is not a multicast address");
  return *address;
}

uint32_t number_of(const Rule& rule, Subject subject, std::string_view what, uint32_t least,
                   uint32_t most) {
  const GivenOption* given = rule.find(subject);
  return given != nullptr ? read_number(*given->value, what, least, most) : 0;
}

}  // namespace

Daemon read_daemon(const Rule& rule) {
  Daemon daemon;
  daemon.role = read_role(rule);
  daemon.id = static_cast<uint8_t>(number_of(rule, syncid, "syncid", 0, 255));
  if (const GivenOption* given = rule.find(interface)) {
    if (given->value->text.size() > kLongestInterface)
      refuse(*given->value, quoted(given->value->text) + " is too long for an interface's name");
    daemon.interface = given->value->text;
  }
  daemon.largest =
      static_cast<uint16_t>(number_of(rule, largest, "sync-maxlen (bytes)", 1, kLargestSync));
  if (const GivenOption* given = rule.find(group)) daemon.group = read_group(*given->value);
  daemon.port = static_cast<uint16_t>(number_of(rule, mcast_port, "mcast-port", 1, 65535));
  daemon.ttl = static_cast<uint8_t>(number_of(rule, mcast_ttl, "mcast-ttl", 1, 255));
  return daemon;
}

}  // namespace lvslab::ipvs
