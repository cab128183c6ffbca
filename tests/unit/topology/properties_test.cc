// What holds for every file.

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <functional>
#include <set>

#include "emulator/topology/nearest.hh"
#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

// A lab of so many clients, with what `each` adds to the interface of each.
std::string lab_of(size_t clients, const std::function<std::string(size_t)>& each) {
  std::string yaml =
      "name: many\nnetworks: {lan: 10.0.0.0/16}\nhosts:\n"
      "  lb: {role: director, interfaces: {eth0: {network: lan, address: 10.0.255.1}}}\n";
  for (size_t i = 0; i < clients; ++i) {
    const auto n = std::to_string(i);
    yaml += "  c" + n + ": {role: client, interfaces: {eth0: {network: lan, address: 10.0." +
            std::to_string(i / 200) + "." + std::to_string(i % 200 + 1) + each(i) + "}}}\n";
  }
  return yaml;
}

std::string nothing(size_t) {
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(properties)

RC_BOOST_PROP(made_macs_are_stable_and_apart, ()) {
  const auto count = *rc::gen::inRange<size_t>(1, 300);
  const auto yaml = lab_of(count, nothing);
  const Topology lab = read_text(yaml, "many.yaml"), again = read_text(yaml, "many.yaml");
  std::set<std::string> macs;
  for (size_t i = 0; i < lab.hosts.size(); ++i) {
    const Mac& mac = lab.hosts[i].interfaces[0].mac;
    RC_ASSERT(mac == again.hosts[i].interfaces[0].mac);
    RC_ASSERT(macs.insert(wire::to_string(mac)).second);
  }
}

// The file may take a MAC that another interface would have been given.
RC_BOOST_PROP(made_macs_keep_clear_of_given_ones, ()) {
  const auto count = *rc::gen::inRange<size_t>(2, 20);
  const auto taker = *rc::gen::inRange<size_t>(0, count);
  const auto taken = *rc::gen::inRange<unsigned>(1, static_cast<unsigned>(count) + 2);
  char mac[18];
  std::snprintf(mac, sizeof mac, "02:00:00:00:%02x:01", taken);
  const auto yaml = lab_of(
      count, [&](size_t i) { return i == taker ? ", mac: \"" + std::string(mac) + "\"" : ""; });
  std::set<std::string> macs;
  for (const Host& host : read_text(yaml, "many.yaml").hosts) {
    RC_ASSERT(macs.insert(wire::to_string(host.interfaces[0].mac)).second);
  }
}

// Whatever of the sample is lost, the reader says so in order or reads a lab; it never does
// otherwise.
RC_BOOST_PROP(a_torn_file_is_refused_in_good_order, ()) {
  std::string yaml(kSample);
  const auto begin = *rc::gen::inRange<size_t>(0, yaml.size());
  const auto length = *rc::gen::inRange<size_t>(1, 60);
  yaml.erase(begin, length);
  try {
    load_text(yaml, "torn.yaml");
  } catch (const FileError& error) {
    RC_ASSERT(!error.mistakes().empty());
    Place before;
    for (const Mistake& one : error.mistakes()) {
      RC_ASSERT(before <= one.place);
      RC_ASSERT(one.place.line >= 1 && one.place.column >= 1);
      RC_ASSERT(one.message.find('\n') == std::string::npos);
      before = one.place;
    }
  }
}

RC_BOOST_PROP(any_bytes_are_a_lab_or_a_mistake, (const std::string& bytes)) {
  try {
    load_text(bytes, "bytes.yaml");
    RC_FAIL("random bytes are no lab");
  } catch (const FileError& error) {
    RC_ASSERT(!error.mistakes().empty());
  }
}

RC_BOOST_PROP(distance_is_a_distance, (const std::string& one, const std::string& other)) {
  RC_ASSERT(edit_distance(one, other) == edit_distance(other, one));
  RC_ASSERT((edit_distance(one, other) == 0) == (one == other));
  RC_ASSERT(edit_distance(one, other) <= std::max(one.size(), other.size()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
