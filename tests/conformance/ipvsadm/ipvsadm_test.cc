// Our ipvsadm and the real one on kernel IPVS: the same calls, the same bytes.

#include <boost/test/unit_test.hpp>

#include <netdb.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "emulator/ipvs/command_line.hh"
#include "emulator/ipvs/ipvsadm.hh"
#include "emulator/node/director_rules.hh"
#include "tests/conformance/ipvsadm/generate.hh"
#include "tests/conformance/ipvsadm/plain_rules.hh"
#include "tests/support/command.hh"

namespace utf = boost::unit_test;
using namespace lvslab;
using namespace lvslab::conformance;

namespace {

// What the oracle finds in its /etc/hosts (kHosts) and in /etc/services.
class OracleNames : public ipvs::Resolver {
 public:
  std::optional<ipvs::IpAddress> address_of(const std::string& host) const override {
    for (const auto& words : lines())
      if (std::find(words.begin() + 1, words.end(), host) != words.end())
        return ipvs::IpAddress::parse(words[0]);
    return {};
  }
  std::optional<std::string> host_of(const ipvs::IpAddress& address) const override {
    for (const auto& words : lines())
      if (words[0] == address.to_string()) return words[1];
    return {};
  }
  std::optional<uint16_t> port_of(const std::string& service, uint8_t protocol) const override {
    const servent* found = getservbyname(service.c_str(), name_of(protocol));
    if (!found) return {};
    return static_cast<uint16_t>(ntohs(static_cast<uint16_t>(found->s_port)));
  }
  std::optional<std::string> service_of(uint16_t port, uint8_t protocol) const override {
    const servent* found = getservbyport(htons(port), name_of(protocol));
    if (!found) return {};
    return found->s_name;
  }

 private:
  static const char* name_of(uint8_t protocol) {
    return protocol == 6 ? "tcp" : protocol == 17 ? "udp" : protocol == 132 ? "sctp" : "none";
  }
  static std::vector<std::vector<std::string>> lines() {
    std::vector<std::vector<std::string>> all;
    std::istringstream text(kHosts);
    for (std::string line; std::getline(text, line);) {
      std::istringstream words(line);
      auto& list = all.emplace_back();
      for (std::string word; words >> word;) list.push_back(word);
    }
    return all;
  }
};

Answer ours(const Step& step, ipvs::Rules& rules) {
  auto outcome = ipvs::ipvsadm(step.arguments, step.input, rules, OracleNames());
  return {outcome.status, std::move(outcome.out), std::move(outcome.err)};
}

std::vector<std::vector<Answer>> ours(const Histories& histories, ipvs::Rules& rules) {
  std::vector<std::vector<Answer>> all;
  for (const auto& history : histories) {
    auto& answers = all.emplace_back();
    for (const auto& step : history) answers.push_back(ours(step, rules));
  }
  return all;
}

std::vector<std::vector<Answer>> theirs(const Histories& histories) {
  const test::ScratchDirectory scratch;
  test::How how;
  how.deadline = std::chrono::minutes(11);
  const auto outcome = test::run({std::string(LVSLAB_BINARY_DIR) + "/tests/ipvsadm_oracle",
                                  scratch.file("histories", to_text(histories))},
                                 how);
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  return answers_of(outcome.out);
}

bool has_word(const Step& step, const std::string& word) {
  return std::find(step.arguments.begin(), step.arguments.end(), word) != step.arguments.end();
}

// The order of services without sorting is that of a hash of a kernel's: blocks are compared.
std::string sorted_blocks(const std::string& listing) {
  std::vector<std::string> blocks;
  std::istringstream lines(listing);
  for (std::string line; std::getline(lines, line);) {
    if (blocks.empty() || !line.starts_with("  ->")) blocks.emplace_back();
    blocks.back() += line + "\n";
  }
  std::sort(blocks.begin(), blocks.end());
  std::string text;
  for (const auto& block : blocks) text += block;
  return text;
}

// What is not compared as it stands: the text of -h, which is not ipvsadm's, and --nosort.
Answer comparable(const Step& step, Answer answer) {
  const std::string first = step.arguments.empty() ? "" : step.arguments[0];
  if (first.starts_with("-h") || first == "--help") answer.out.resize(answer.out.find('\n'));
  if (has_word(step, "--nosort")) answer.out = sorted_blocks(answer.out);
  return answer;
}

std::string shown(const Step& step) {
  std::string text = "ipvsadm";
  for (const auto& word : step.arguments) text += " '" + word + "'";
  return text + (step.input.empty() ? "" : " <<.\n" + step.input + ".");
}

std::string shown(const Answer& answer) {
  return "status " + std::to_string(answer.status) + "\n" + answer.out + "! " + answer.err;
}

// The number of calls that were answered differently; the first few are told in full.
size_t differences(const Histories& histories, const Answers& a, const Answers& b) {
  constexpr size_t kTold = 5;
  size_t count = 0;
  for (size_t h = 0; h < histories.size(); ++h) {
    for (size_t s = 0; s < histories[h].size(); ++s) {
      const Step& step = histories[h][s];
      const Answer mine = comparable(step, a[h][s]), real = comparable(step, b[h][s]);
      if (mine == real) continue;
      if (++count > kTold) continue;
      BOOST_TEST_MESSAGE("history " << h << ", step " << s << ": " << shown(step) << "\n--- real: "
                                    << shown(real) << "\n--- ours: " << shown(mine));
    }
  }
  return count;
}

size_t calls(const Histories& histories) {
  size_t count = 0;
  for (const auto& history : histories) count += history.size();
  return count;
}

struct Kinds {
  size_t done = 0, refused = 0, refused_by_kernel = 0, listed = 0;
};
void add(Kinds& kinds, const Answers& answers) {
  for (const auto& history : answers) {
    for (const auto& answer : history) {
      kinds.done += answer.status == 0;
      kinds.refused += answer.status == 2;
      kinds.refused_by_kernel += answer.status == 255;
      kinds.listed += answer.out.find("  -> ") != std::string::npos;
    }
  }
}

bool is_taken(const std::vector<std::string>& line) {
  try {
    ipvs::read_command_line(line, OracleNames());
    return true;
  } catch (const ipvs::Refusal&) {
    return false;
  }
}

Histories random_histories(Random& random, size_t count) {
  Histories histories;
  while (histories.size() < count) histories.push_back(random_history(random, is_taken));
  return histories;
}

// An embedded director, at one instant.
class EmbeddedRules : public ipvs::Rules {
 public:
  EmbeddedRules() : node_(config()), rules_(node_, Time{}) {}
  void apply(const ipvs::Command& command) override { rules_.apply(command); }
  std::vector<ipvs::ServiceStatus> services() const override { return rules_.services(); }
  std::vector<ipvs::ConnectionStatus> connections() const override { return rules_.connections(); }
  ipvs::TimeoutStatus timeouts() const override { return rules_.timeouts(); }
  ipvs::DaemonStatus daemons() const override { return rules_.daemons(); }

 private:
  static host::HostConfig config() {
    host::HostConfig config;
    config.name = "director";
    config.interfaces.push_back({kInterface, wire::Mac("02:00:00:00:00:01"), 1500, {}, {}});
    return config;
  }
  node::DirectorNode node_;
  node::DirectorRules rules_;
};

bool is_supported(const Answer& answer) {
  return answer.err.find("upported") == std::string::npos;
}

// Without what the rules call unsupported; they go through the history meanwhile.
void keep_supported(History& history, ipvs::Rules& rules) {
  History kept;
  for (auto& step : history) {
    if (step.input.empty()) {
      if (is_supported(ours(step, rules))) kept.push_back(step);
      continue;
    }
    Step script{step.arguments, ""};
    std::istringstream lines(step.input);
    for (std::string line; std::getline(lines, line);)
      if (is_supported(ours({{"-R"}, line + "\n"}, rules))) script.input += line + "\n";
    kept.push_back(script);
  }
  history = kept;
}

// Others by LVSLAB_HISTORIES and LVSLAB_SEED in the environment.
constexpr size_t kHistories = 300;
constexpr size_t kDirectorHistories = 150;
constexpr size_t kBatch = 100;  // histories that one guest plays
constexpr uint64_t kSeed = 20240131;

uint64_t number(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::stoull(text) : otherwise;
}

}  // namespace

BOOST_AUTO_TEST_CASE(random_calls_are_answered_as_by_the_real_one, *utf::timeout(1700)) {
  const size_t count = number("LVSLAB_HISTORIES", kHistories);
  Random random(number("LVSLAB_SEED", kSeed));
  Kinds kinds;
  size_t called = 0, different = 0;
  for (size_t done = 0; done < count; done += kBatch) {
    const auto histories = random_histories(random, std::min(kBatch, count - done));
    PlainRules rules;
    const auto mine = ours(histories, rules);
    const auto real = theirs(histories);
    different += differences(histories, mine, real);
    called += calls(histories);
    BOOST_TEST_MESSAGE(done + histories.size() << " histories: " << different << " differences");
    add(kinds, real);
  }
  BOOST_TEST_MESSAGE(count << " histories, " << called << " calls: " << kinds.done << " done, "
                           << kinds.refused << " refused by ipvsadm, " << kinds.refused_by_kernel
                           << " by the kernel; " << kinds.listed << " listed servers; " << different
                           << " differences");
  BOOST_TEST(different == 0U);
  // The comparison is worth what it compares.
  BOOST_TEST(kinds.done > count);
  BOOST_TEST(kinds.refused > count / 4);
  BOOST_TEST(kinds.refused_by_kernel > count / 8);
  BOOST_TEST(kinds.listed > count / 2);
}

// What the director itself supports, on a director: a kernel is asked the same, without the lines
// that the director has not learned yet.
BOOST_AUTO_TEST_CASE(a_director_answers_as_the_kernel, *utf::timeout(900)) {
  Random random(number("LVSLAB_SEED", kSeed) + 1);
  auto histories = random_histories(random, kDirectorHistories);
  {
    EmbeddedRules trial;
    for (auto& history : histories) keep_supported(history, trial);
  }
  EmbeddedRules rules;
  const auto mine = ours(histories, rules);
  const auto real = theirs(histories);
  BOOST_TEST(differences(histories, mine, real) == 0U);
  Kinds kinds;
  add(kinds, real);
  BOOST_TEST_MESSAGE(calls(histories) << " calls, " << kinds.listed << " listed servers");
  BOOST_TEST(kinds.listed > kDirectorHistories / 2);
}

BOOST_AUTO_TEST_CASE(a_difference_is_found) {
  const Histories histories{{{{"-A", "-t", "192.0.2.1:80"}, ""}, {{"-L", "-n"}, ""}}};
  const Answers real{{{0, "", ""}, {0, "TCP  192.0.2.1:80 wlc\n", ""}}};
  const Answers trailing{{{0, "", ""}, {0, "TCP  192.0.2.1:80 wlc \n", ""}}};
  const Answers status{{{255, "", ""}, {0, "TCP  192.0.2.1:80 wlc\n", ""}}};
  const Answers words{{{0, "", "!"}, {0, "TCP  192.0.2.1:80 wlc\n", ""}}};
  BOOST_TEST(differences(histories, real, real) == 0U);
  for (const auto& wrong : {trailing, status, words})
    BOOST_TEST(differences(histories, wrong, real) == 1U);
}
