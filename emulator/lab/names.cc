#include "emulator/lab/names.hh"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace lvslab::lab {

namespace {

// An address and its names, the canonical one first.
struct Entry {
  ipvs::IpAddress address;
  std::vector<std::string> names;
};

std::vector<Entry> entries_of(const std::string& hosts) {
  std::vector<Entry> entries;
  std::istringstream lines(hosts);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    words >> word;
    const auto address = ipvs::IpAddress::parse(word);
    if (!address) continue;
    Entry entry{*address, {}};
    while (words >> word) entry.names.push_back(word);
    if (!entry.names.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

// As services(5) names it; nothing there has any other.
const char* name_of(uint8_t protocol) {
  switch (static_cast<ipvs::Protocol>(protocol)) {
    case ipvs::Protocol::tcp:
      return "tcp";
    case ipvs::Protocol::udp:
      return "udp";
    case ipvs::Protocol::sctp:
      return "sctp";
  }
  return nullptr;
}

}  // namespace

std::optional<ipvs::IpAddress> LabNames::address_of(const std::string& host) const {
  for (const auto& entry : entries_of(hosts_)) {
    const auto& names = entry.names;
    if (entry.address.is_v4() && std::find(names.begin(), names.end(), host) != names.end())
      return entry.address;
  }
  return {};
}

std::optional<std::string> LabNames::host_of(const ipvs::IpAddress& address) const {
  for (const auto& entry : entries_of(hosts_))
    if (entry.address == address) return entry.names.front();
  return {};
}

std::optional<uint16_t> LabNames::port_of(const std::string& service, uint8_t protocol) const {
  const char* name = name_of(protocol);
  const servent* found = name ? getservbyname(service.c_str(), name) : nullptr;
  if (!found) return {};
  return ntohs(static_cast<uint16_t>(found->s_port));
}

std::optional<std::string> LabNames::service_of(uint16_t port, uint8_t protocol) const {
  const char* name = name_of(protocol);
  const servent* found = name ? getservbyport(htons(port), name) : nullptr;
  if (!found) return {};
  return found->s_name;
}

}  // namespace lvslab::lab
