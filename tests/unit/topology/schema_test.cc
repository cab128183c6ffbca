// lab.schema.json, which editors read, against the reader: the same keys, the same ones required,
// the same words and fields, and the same opinion of right and wrong files.

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "emulator/topology/field_names.hh"
#include "emulator/topology/keys.hh"
#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

const std::string kSchemaFile = LVSLAB_SOURCE_DIR "/topologies/lab.schema.json";

const Json& schema() {
  static const Json json = Json::parse(std::ifstream(kSchemaFile));
  return json;
}

// The lab itself stands at the root.
const Json& definition(const std::string& name) {
  return name == "lab" ? schema() : schema().at("definitions").at(name);
}

Names keys_of(const Json& object) {
  Names names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

Names texts_of(const Json& list) {
  Names names;
  for (const auto& text : list) names.insert(text.get<std::string>());
  return names;
}

// Every mapping with keys of its own must be closed, at whatever depth.
void check_closed(const Json& json, const std::string& where) {
  if (json.is_object() && json.contains("properties") && json.at("properties").is_object()) {
    BOOST_TEST(json.value("additionalProperties", Json(true)) == Json(false), where + " is open");
  }
  if (!json.is_structured()) return;
  for (const auto& [name, value] : json.items()) check_closed(value, where + "/" + name);
}

// Every "$ref" must lead somewhere.
void check_references(const Json& json) {
  if (json.is_object() && json.contains("$ref")) {
    const auto target = json.at("$ref").get<std::string>();
    BOOST_TEST(target.starts_with("#/"));
    BOOST_TEST(schema().contains(Json::json_pointer(target.substr(1))), target);
  }
  if (!json.is_structured()) return;
  for (const auto& value : json) check_references(value);
}

// Files that the structure alone condemns.
const std::vector<std::pair<std::string_view, std::string_view>> kWrong = {
    {"address: 192.0.2.69", "adress: 192.0.2.69"},
    {"    role: client\n", ""},
    {"role: client", "role: clients"},
    {"mtu: 1400", "mtu: 60"},
    {"mtu: 1400", "mtu: large"},
    {"192.0.2.0/24", "192.0.2.0"},
    {"mac: 02:00:5e:00:53:01", "mac: 02:00:5e"},
    {"{eth0: {network: front", "{interface-number0: {network: front"},
    {"  router:\n", "  router.1:\n"},
    {"name: sample\n", ""},
    {"net.ipv4.conf.all.arp_ignore: 1", "arp_ignore: 1"},
    {"[identity: tcp/80]", "[identity: tcp]"},
    {"[identity: tcp/80]", "[{identity: tcp/80, ready: tcp/80}]"},
    {"[identity: tcp/80]", "[{identity: tcp/80, exec: [nginx]}]"},
    {"count: 2", "count: 0"},
    {"count: 2", "timeout: 5"},
    {"count: 2", "over: sctp"},
    {"count: 2}\n", "count: 2}\n    ping: {from: client, to: 192.0.2.1}\n"},
    {"    rules: |\n", "    marks: [{mark: 0, to: 192.0.2.1}]\n    rules: |\n"},
    {"    rules: |\n", "    marks: [{mark: 1, to: 192.0.2.1, port: 80}]\n    rules: |\n"},
    {"count: 2", "keep: two words"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    continue: {}\n"},
    {"count: 2}\n",
     "count: 2}\n  - step: x\n    takeover: {addresses: [], from: rs1, to: router}\n"},
    {"count: 2}\n",
     "count: 2}\n  - step: x\n    takeover: {addresses: 198.51.100.100, from: rs1}\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    await: {connections: -1, at: director}\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    rules: {director: {}}\n"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {in: {}}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {out: {loss: 1%}, loss: 1%}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {loss: 0.01}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {delay: 10}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {reorder: 1%}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {out: {jitter: 1ms}}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {rate: 10Mbps}"},
    {"address: 192.0.2.69", "address: 192.0.2.69, wire: {burst: {enter: 1%}}"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    wire: {loss: 1%}\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    wire: {of: 'rs1:eth0', direction: up}\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    wire: {of: 'rs1:eth0', queue: 1}\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    cut: rs1\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    mend: []\n"},
    {"count: 2}\n", "count: 2}\n  - step: x\n    wait: 5\n"},
    {"answers: {rs1: 2}", "latency: {}"},
    {"answers: {rs1: 2}", "latency: {least: 5}"},
    {"answers: {rs1: 2}", "answered: {least: 5}"},
    {"answers: {rs1: 2}", "answer: {rs1: 2}"},
    {"answers: {rs1: 2}", "{}"},
    {"answers: {rs1: 2}", "error: timout"},
    {"answers: {rs1: 2}", "checksums: bad"},
    {"answers: {rs1: 2}", "path: {}"},
    {"answers: {rs1: 2}", "path: {reply: [server]}"},
    {"answers: {rs1: 2}", "never: {match: {ip.ttl: 1}}"},
    {"answers: {rs1: 2}", "never: {at: rs1, sent-by: rs1}"},
    {"answers: {rs1: 2}", "never: {at: rs1, count: 1}"},
    {"answers: {rs1: 2}", "seen: {at: rs1, count: 0}"},
    {"answers: {rs1: 2}", "seen: {at: rs1, match: {ip.sorce: 192.0.2.1}}"},
    {"answers: {rs1: 2}", "seen: {at: rs1, match: {ip.ttl: }}"},
    {"answers: {rs1: 2}", "packet: {of: request, match: {ip.ttl: 1}}"},
    {"answers: {rs1: 2}", "change: {of: request, by: router}"},
    {"answers: {rs1: 2}", "arp: {address: 198.51.100.100}"},
};

constexpr std::string_view kValidator = R"(
import json, sys
import jsonschema, yaml
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for file in sys.argv[2:]:
    print("right" if validator.is_valid(yaml.safe_load(open(file))) else "wrong", file)
)";

// A folder of the test's own, gone with it.
class Workshop {
 public:
  Workshop() : path_(std::filesystem::path(LVSLAB_BINARY_DIR) / "unit-topology-schema") {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    write("validate.py", kValidator);
  }
  ~Workshop() { std::filesystem::remove_all(path_); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

  // "right FILE" or "wrong FILE" for each.
  std::string judge(const std::vector<std::string>& files) const {
    std::string command = "python3 " + (path_ / "validate.py").string() + " " + kSchemaFile;
    for (const auto& file : files) command += " " + file;
    const auto out = (path_ / "out").string();
    BOOST_TEST(std::system((command + " > " + out).c_str()) == 0);
    std::ifstream stream(out);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path path_;
};

// Python's jsonschema and yaml are a second opinion where they are installed.
boost::test_tools::assertion_result second_opinion(boost::unit_test::test_unit_id) {
  return std::system("python3 -c 'import jsonschema, yaml' 2> /dev/null") == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema_and_reader)

BOOST_AUTO_TEST_CASE(they_know_the_same_keys) {
  for (const KeyTable& table : known_keys()) {
    BOOST_TEST_CONTEXT(std::string(table.mapping)) {
      Names keys, required;
      for (const Key& key : table.keys) {
        keys.emplace(key.name);
        if (key.required) required.emplace(key.name);
      }
      const Json& there = definition(std::string(table.mapping));
      BOOST_TEST(keys_of(there.at("properties")) == keys, boost::test_tools::per_element());
      BOOST_TEST(texts_of(there.value("required", Json::array())) == required,
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(they_know_the_same_words) {
  for (const WordTable& table : known_words()) {
    BOOST_TEST_CONTEXT(std::string(table.kind)) {
      const Names words(table.words.begin(), table.words.end());
      BOOST_TEST(texts_of(definition(std::string(table.kind)).at("enum")) == words,
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(they_know_the_same_fields) {
  Names fields;
  for (const FieldName& field : kFieldNames) fields.emplace(field.name);
  for (const std::string name : {"match", "fields"}) {
    BOOST_TEST(keys_of(definition(name).at("properties")) == fields,
               boost::test_tools::per_element());
  }
}

// In the other direction: the schema has no mapping and no words that the reader has no table for.
BOOST_AUTO_TEST_CASE(the_schema_has_nothing_beside_the_readers) {
  Names known = {"match", "fields"};
  for (const KeyTable& table : known_keys()) known.emplace(table.mapping);
  for (const WordTable& table : known_words()) known.emplace(table.kind);
  for (const auto& [name, there] : schema().at("definitions").items()) {
    if (!there.contains("properties") && !there.contains("enum")) continue;
    BOOST_TEST(known.contains(name), name + " is in the schema alone");
  }
}

BOOST_AUTO_TEST_CASE(the_schema_is_closed_and_whole) {
  BOOST_TEST(schema().at("$id") == "urn:lvslab:lab:1");
  check_closed(schema(), "");
  check_references(schema());
}

BOOST_AUTO_TEST_CASE(every_definition_explains_itself) {
  for (const auto& [name, there] : schema().at("definitions").items()) {
    if (!there.contains("properties")) continue;
    BOOST_TEST(there.contains("description"), name + " has no description");
  }
}

BOOST_AUTO_TEST_CASE(the_reader_refuses_what_is_wrong) {
  for (const auto& [before, after] : kWrong) {
    BOOST_TEST(!mistakes_of(sample_with(before, after)).empty(), std::string(after));
  }
}

BOOST_AUTO_TEST_CASE(the_schema_refuses_the_same, *boost::unit_test::precondition(second_opinion)) {
  const Workshop workshop;
  std::vector<std::string> files;
  for (size_t i = 0; i < kWrong.size(); ++i) {
    files.push_back(workshop.write("wrong-" + std::to_string(i) + ".yaml",
                                   sample_with(kWrong[i].first, kWrong[i].second)));
  }
  std::string expected;
  for (const auto& file : files) expected += "wrong " + file + "\n";
  BOOST_TEST(workshop.judge(files) == expected);
}

BOOST_AUTO_TEST_CASE(the_schema_accepts_every_lab,
                     *boost::unit_test::precondition(second_opinion)) {
  const Workshop workshop;
  std::vector<std::string> files = {workshop.write("sample.yaml", kSample)};
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(LVSLAB_SOURCE_DIR "/topologies")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::string expected;
  for (const auto& file : files) expected += "right " + file + "\n";
  BOOST_TEST(workshop.judge(files) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
