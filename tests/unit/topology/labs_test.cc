// The labs that come with lvslab: all of them read, those that show a fault on purpose warn of it,
// and they carry the addresses that they promise.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "emulator/topology/field_names.hh"
#include "emulator/topology/keys.hh"
#include "emulator/topology/reader.hh"

namespace lvslab::topology {

namespace {

const std::filesystem::path kLabs = std::filesystem::path(LVSLAB_SOURCE_DIR) / "topologies";

std::vector<std::filesystem::path> lab_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kLabs)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  return files;
}

std::string readme() {
  std::ifstream stream(kLabs / "README.md");
  return {std::istreambuf_iterator<char>(stream), {}};
}

const Host& host(const Topology& lab, const std::string& name) {
  const Host* found = lab.find_host(name);
  BOOST_REQUIRE_MESSAGE(found != nullptr, "no host " + name);
  return *found;
}

bool has(const Host& owner, const std::string& address) {
  for (const Interface& one : owner.interfaces) {
    for (const Prefix& own : one.addresses) {
      if (own.address.to_string() == address) return true;
    }
  }
  for (const Prefix& own : owner.loopback) {
    if (own.address.to_string() == address) return true;
  }
  return false;
}

// Of what a step's expectations are.
template <class What>
bool expects(const Topology& lab) {
  for (const Step& step : lab.scenario) {
    for (const Expectation& one : step.expectations) {
      if (std::holds_alternative<What>(one.what)) return true;
    }
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(labs)

BOOST_AUTO_TEST_CASE(every_lab_reads_and_only_faulty_ones_warn) {
  // What each of these shows is something that one is otherwise warned of.
  const std::set<std::string> warned = {"arp-announce", "arp-flux", "dr-other-network",
                                        "nat-other-gateway", "no-loopback-vip"};
  std::set<std::string> names;
  for (const auto& file : lab_files()) {
    BOOST_TEST_CONTEXT(file.string()) {
      const Loaded loaded = load(file.string());
      BOOST_TEST(loaded.topology.name == file.stem().string());
      BOOST_TEST(!loaded.topology.about.empty());
      BOOST_TEST(!loaded.topology.scenario.empty());
      BOOST_TEST(loaded.warnings.empty() == !warned.contains(loaded.topology.name));
      names.insert(loaded.topology.name);
    }
  }
  BOOST_TEST(names.size() >= 12U);
  for (const auto& name : warned) BOOST_TEST(names.contains(name));
}

BOOST_AUTO_TEST_CASE(every_step_expects_something) {
  for (const auto& file : lab_files()) {
    for (const Step& step : read(file.string()).scenario) {
      BOOST_TEST_CONTEXT(file.string() + ": " + step.name) {
        // Those that say what is so from now on show it in the steps behind them.
        const bool sets = std::holds_alternative<SetWires>(step.action) ||
                          std::holds_alternative<Wait>(step.action);
        BOOST_TEST((sets || !step.expectations.empty()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(labs_use_both_stacks) {
  for (const std::string name : {"nat", "dr", "tun", "tun-remote"}) {
    const Topology lab = read((kLabs / (name + ".yaml")).string());
    BOOST_CHECK(host(lab, "rs1").stack == Stack::kernel);
    BOOST_CHECK(host(lab, "rs2").stack == Stack::embedded);
    BOOST_CHECK(host(lab, "director").engine == Engine::embedded);
    BOOST_CHECK(expects<ExpectOrder>(lab) && expects<ExpectPath>(lab) &&
                expects<ExpectChange>(lab));
    BOOST_CHECK(expects<ExpectArp>(lab) && expects<ExpectChecksums>(lab) &&
                expects<ExpectPeer>(lab));
  }
}

BOOST_AUTO_TEST_CASE(dr_has_its_addresses) {
  const Topology lab = read((kLabs / "dr.yaml").string());
  BOOST_TEST(has(host(lab, "client"), "192.168.43.69"));
  BOOST_TEST(has(host(lab, "director"), "192.168.1.217"));
  BOOST_TEST(has(host(lab, "director"), "192.168.1.219"));
  BOOST_TEST(wire::to_string(host(lab, "director").interfaces[0].mac) == "00:21:5a:db:68:e8");
  BOOST_TEST(has(host(lab, "rs1"), "192.168.1.218"));
  BOOST_TEST(wire::to_string(host(lab, "rs1").interfaces[0].mac) == "00:21:5a:db:7f:c2");
  BOOST_TEST(host(lab, "rs2").loopback.size() == 1U);
}

BOOST_AUTO_TEST_CASE(tun_has_its_addresses) {
  const Topology lab = read((kLabs / "tun.yaml").string());
  BOOST_TEST(lab.networks.size() == 1U);
  BOOST_TEST(has(host(lab, "client"), "192.168.43.69"));
  BOOST_TEST(has(host(lab, "director"), "192.168.43.100"));
  BOOST_TEST(has(host(lab, "rs1"), "192.168.43.11"));
  BOOST_TEST(has(host(lab, "rs2"), "192.168.43.12"));
  BOOST_TEST(host(lab, "rs1").tunnel);
  BOOST_TEST(host(lab, "rs2").tunnel);
}

BOOST_AUTO_TEST_CASE(remote_servers_share_no_network_with_the_director) {
  const Topology lab = read((kLabs / "tun-remote.yaml").string());
  const std::string front = host(lab, "director").interfaces[0].network;
  BOOST_TEST(host(lab, "rs1").interfaces[0].network != front);
  BOOST_TEST(host(lab, "rs2").interfaces[0].network != front);
  BOOST_TEST(host(lab, "rs1").interfaces[0].network != host(lab, "rs2").interfaces[0].network);
}

BOOST_AUTO_TEST_CASE(the_readmes_first_lab_is_one) {
  const std::string text = readme();
  const std::string fence = "```";
  const size_t name = text.find("name: first\n");
  BOOST_REQUIRE(name != std::string::npos);
  const Loaded loaded = load_text(text.substr(name, text.find(fence, name) - name), "README.md");
  BOOST_TEST(loaded.warnings.empty());
  BOOST_TEST(loaded.topology.scenario.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_readme_names_every_key_and_field) {
  const std::string text = readme();
  for (const KeyTable& table : known_keys()) {
    for (const Key& key : table.keys) {
      const std::string name(key.name);
      const bool there = text.find("`" + name + "`") != std::string::npos ||
                         text.find(name + ":") != std::string::npos ||
                         text.find(name + ",") != std::string::npos ||
                         text.find(name + "}") != std::string::npos;
      BOOST_TEST(there, name + " of " + std::string(table.called));
    }
  }
  for (const FieldName& field : kFieldNames) {
    const std::string name = "`" + std::string(field.name) + "`";
    BOOST_TEST((text.find(name) != std::string::npos), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
