#include "tests/unit/topology/sample.hh"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

namespace lvslab::topology {

const std::string_view kSample = R"(name: sample
networks:
  front: 192.0.2.0/24
  lan: {subnet: 198.51.100.0/24, mtu: 1400}
hosts:
  client:
    role: client
    interfaces: {eth0: {network: front, address: 192.0.2.69}}
    gateway: 192.0.2.1
  router:
    role: router
    interfaces:
      eth0: {network: front, address: 192.0.2.1}
      eth1: {network: lan, address: 198.51.100.1}
  director:
    role: director
    interfaces:
      eth0: {network: lan, address: [198.51.100.10, 198.51.100.100/32], mac: 02:00:5e:00:53:01}
    gateway: 198.51.100.1
    rules: |
      -A -t 198.51.100.100:80 -s rr
      -a -t 198.51.100.100:80 -r 198.51.100.11 -g
  rs1:
    role: real-server
    stack: embedded
    interfaces:
      eth0: {network: lan, address: 198.51.100.11}
    gateway: 198.51.100.1
    loopback: 198.51.100.100
    sysctls: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}
    services: [identity: tcp/80]
scenario:
  - step: one request
    request: {from: client, to: "198.51.100.100:80", count: 2}
    expect:
      - answers: {rs1: 2}
)";

std::string sample_with(std::string_view before, std::string_view after) {
  const std::string text(kSample);
  const size_t at = text.find(before);
  if (at == std::string::npos || text.find(before, at + 1) != std::string::npos) {
    throw std::logic_error("must stand in the sample once: " + std::string(before));
  }
  return text.substr(0, at) + std::string(after) + text.substr(at + before.size());
}

namespace {

std::vector<std::string> lines_of(const std::vector<Mistake>& mistakes) {
  std::vector<std::string> lines;
  for (const Mistake& one : mistakes) {
    lines.push_back(std::to_string(one.place.line) + ":" + std::to_string(one.place.column) + ": " +
                    one.message);
  }
  return lines;
}

void check_said(const Case& one, const std::vector<std::string>& said) {
  BOOST_TEST_CONTEXT(one.sentence) {
    BOOST_TEST(said == one.said, boost::test_tools::per_element());
  }
}

}  // namespace

std::vector<std::string> mistakes_of(const std::string& yaml) {
  try {
    load_text(yaml, "lab.yaml");
    return {};
  } catch (const FileError& error) {
    return lines_of(error.mistakes());
  }
}

std::vector<std::string> warnings_of(const std::string& yaml) {
  return lines_of(load_text(yaml, "lab.yaml").warnings);
}

void check_mistakes(const std::vector<Case>& cases) {
  for (const Case& one : cases) check_said(one, mistakes_of(sample_with(one.before, one.after)));
}

void check_warnings(const std::vector<Case>& cases) {
  for (const Case& one : cases) check_said(one, warnings_of(sample_with(one.before, one.after)));
}

}  // namespace lvslab::topology
