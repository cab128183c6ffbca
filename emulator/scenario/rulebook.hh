#pragma once
// What the rules of a lab's directors say at one point of its scenario, and have said so far. For
// invariants: which ends are virtual, whose servers are whose, which promises a rule has ended.
// Only rules that the topology knows; a program run at a director may have changed anything there.

#include <algorithm>
#include <set>
#include <vector>

#include "emulator/topology/model.hh"

namespace lvslab::scenario {

struct ServiceRules {
  ipvs::Service service;
  std::vector<ipvs::Destination> servers;
};

struct DirectorRules {
  const topology::Host* host = nullptr;
  std::vector<ServiceRules> services;  // in force
  bool changing = false;               // the current step gives it rules
  bool unknown = false;                // a program ran there, or its rules are not used
  bool cleared = false;                // -D or -C was given
  std::set<wire::IpAddress> deleted;   // servers that -d took out
  // Seconds; the least that was ever in force (--set).
  uint32_t tcp = 900, tcp_fin = 120, udp = 300;

  const ServiceRules* find(const ipvs::ServiceKey& key) const;
  // A connection sysctl of IPVS, "sloppy_tcp": set to something else than 0.
  bool has_set(const char* sysctl) const;
};

class Rulebook {
 public:
  Rulebook(const topology::Topology& topology, const topology::Step* current);

  const std::vector<DirectorRules>& directors() const { return directors_; }
  const DirectorRules* find(const topology::Host* host) const;

  // So far, at any director.
  bool is_virtual(const wire::IpAddress& address) const;
  bool is_virtual_end(uint8_t protocol, const wire::Endpoint& end) const;  // a service's own
  bool masquerades(const wire::IpAddress& server) const { return masquerade_.contains(server); }
  // Virtual addresses that a server of -g or -i must keep to itself.
  const std::set<std::pair<wire::IpAddress, wire::IpAddress>>& silent() const { return silent_; }
  bool is_direct(const wire::IpAddress& server) const { return direct_.contains(server); }
  bool any_one_packet() const { return one_packet_; }
  bool any_gue() const { return gue_; }
  bool any_ftp() const { return ftp_; }
  template <class Predicate>
  bool any(Predicate predicate) const {
    return std::any_of(directors_.begin(), directors_.end(), predicate);
  }

 private:
  void follow(DirectorRules& director, const ipvs::Command& command);
  void add_service(DirectorRules& director, const ipvs::Service& service);
  void add_server(DirectorRules& director, const ipvs::ServiceKey& key,
                  const ipvs::Destination& server);
  void note_virtual(const DirectorRules& director, const ipvs::ServiceKey& key,
                    const ipvs::Destination& server);
  void play(const topology::Step& step, bool current);
  void play(const topology::Action& action, bool current);

  std::vector<DirectorRules> directors_;
  std::set<std::pair<uint8_t, wire::Endpoint>> virtual_ends_;
  std::set<wire::IpAddress> virtual_;
  std::vector<wire::Prefix> marked_;
  std::set<wire::IpAddress> masquerade_, direct_;                 // servers, by method
  std::set<std::pair<wire::IpAddress, wire::IpAddress>> silent_;  // server, virtual address
  bool one_packet_ = false, gue_ = false, ftp_ = false;
};

}  // namespace lvslab::scenario
