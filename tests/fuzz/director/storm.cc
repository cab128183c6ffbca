#include "tests/fuzz/director/storm.hh"

#include <utility>

#include "emulator/base/random.hh"
#include "emulator/conform/world.hh"
#include "emulator/ipvs/language.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/director/rules.hh"
#include "tests/fuzz/support/allocated.hh"

namespace lvslab::fuzz {

namespace {

ipvs::Settings settings_of(const Surroundings& about) {
  ipvs::Settings settings;
  settings.table_bound = kBounds[about.table_bound % kBounds.size()];
  // Sampling every two seconds would be most of the work of a wait; a setting brings it back.
  settings.run_estimation = false;
  return settings;
}

const std::vector<node::MarkRule>& marks() {
  static const auto made = [] {
    const auto& all = places();
    std::vector<node::MarkRule> rules;
    for (const bool v6 : {false, true})
      for (const uint32_t mark : {1U, 2U}) {
        const wire::IpAddress& to = all.vips[v6][mark + 1];
        rules.push_back({mark, {to, to.bits()}, 0, 0});
      }
    return rules;
  }();
  return made;
}

// Of one storm after the other: most of what makes asking cheap.
Standing& standing_of_all() {
  static Standing standing;
  return standing;
}

node::DirectorNode& node_of(const Surroundings& about) {
  return made_once<node::DirectorNode>(about, [](host::HostConfig config) {
    return std::make_unique<node::DirectorNode>(std::move(config));
  });
}

}  // namespace

DirectorStage::DirectorStage(const Surroundings& about)
    : node_(node_of(about)), standing_(standing_of_all()) {
  node_.restart(about.seed, settings_of(about));
  if (about.flags & kMarked) node_.set_marks(marks());
}

void DirectorStage::rest() {
  if (!has_moved()) return;
  const director::Director& director = node_.director();
  standing_.at = now();
  director.services(standing_.services);
  standing_.connections = director.connections(now());
  standing_.settings = director.settings();
  each_oracle([&](Oracle& oracle) { oracle.rest(standing_, complaints()); });
}

void DirectorStage::rule(Bytes fields) {
  const ipvs::Command command = command_of(fields);
  if (is_told()) tell({conform::EventKind::rule, ipvs::print(command), 0, {}, {}});
  apply(command);
}

void DirectorStage::apply(const ipvs::Command& command) {
  rest();
  // Refused: nothing has changed, and the next rest() sees it.
  if (node_.try_apply(command, now())) return;
  ruled_ = true;
  each_oracle([&](Oracle& oracle) { oracle.rule(command); });
}

void DirectorStage::before_moving() {
  if (!std::exchange(ruled_, false)) return;
  node_.director().services(standing_.services);
  each_oracle([&](Oracle& oracle) { oracle.ruled(standing_.services); });
}

void DirectorStage::setting(Bytes fields) {
  auto settings = node_.director().settings();
  const std::string line = change_setting(settings, fields);
  if (line.empty()) return;
  if (is_told()) tell({conform::EventKind::sysctl, line, 0, {}, {}});
  change(settings);
}

void DirectorStage::change(const ipvs::Settings& settings) {
  rest();
  node_.change(settings);
  each_oracle([&](Oracle& oracle) { oracle.setting(settings); });
}

Turn::Counts DirectorStage::counts() const {
  uint64_t director = 0;
  for (const uint64_t count : node_.director().drops()) director += count;
  return {node_.host().drops()[host::DropReason::by_hook], director, node_.host().ledger()};
}

void DirectorStage::settle() {
  // Beyond ESTABLISHED, the longest persistence and --set of rules.cc; what controls others gets
  // 60 s more at a time, so it takes a few.
  constexpr Duration kBeyondAll = std::chrono::seconds(2000);
  auto settings = node_.director().settings();
  settings.run_estimation = false;
  change(settings);
  for (const ipvs::Daemon& daemon : node_.director().daemons())
    apply(ipvs::StopDaemon{daemon.role, daemon.id});
  apply(ipvs::Clear{});
  for (int i = 0; i < 3; ++i) wait(kBeyondAll);
  idle();
  const auto left = node_.director().connections(now());
  if (!left.empty())
    complaints().push_back({"expiry", std::to_string(left.size()) +
                                          " connections outlive all timeouts, the first " +
                                          left.front().client.to_string() + " > " +
                                          left.front().virtual_end.to_string()});
  if (!node_.director().services().empty())
    complaints().push_back({"expiry", "services outlive -C"});
  if (node_.next_deadline() != kNever)
    complaints().push_back({"expiry", "a deadline is left where nothing is"});
  look_at_memory({node_.director().kept(), node_.host().ledger().waiting,
                  node_.host().tcp_connections(), node_.host().path_mtus().size()},
                 complaints());
}

void DirectorStage::play_again(const std::vector<Record>& records) {
  const size_t lost = bytes_lost([&] {
    play(records);
    if (complaints().empty()) settle();
  });
  if (lost != 0 && complaints().empty())
    complaints().push_back(
        {"memory", "each time the same storm comes it leaves " + std::to_string(lost) + " bytes"});
}

namespace {

// Which storms come again until they cost no more memory: one of so many, for it takes twice as
// long and more. By all bytes, so that no input hands it down to those made of it.
bool comes_again(const Storm& storm) {
  constexpr uint64_t kOneOf = 256;
  uint64_t sum = storm.surroundings.seed;
  for (const Record& record : storm.records)
    for (const uint8_t byte : record.fields)
      sum = sum * 31 + byte + static_cast<uint8_t>(record.kind);
  return Random(sum).below(kOneOf) == 0;
}

std::vector<std::unique_ptr<Oracle>>& all_oracles() {
  static auto oracles = make_oracles();
  return oracles;
}

Complaints play(const Storm& storm, std::vector<std::unique_ptr<Oracle>>& oracles,
                conform::Case* written) {
  for (const auto& oracle : oracles) oracle->begin();
  DirectorStage stage(storm.surroundings);
  stage.look_on(oracles);
  if (written) stage.tell(*written);
  stage.play(storm.records);
  if (stage.complaints().empty()) stage.rest();
  if (stage.complaints().empty()) stage.settle();
  if (stage.complaints().empty() && comes_again(storm)) stage.play_again(storm.records);
  return stage.complaints();
}

}  // namespace

Complaints run_storm(Bytes input, std::vector<std::unique_ptr<Oracle>>& oracles) {
  static Storm storm;
  decode(input, storm);
  return play(storm, oracles, nullptr);
}

Complaints run_storm(Bytes input) {
  return run_storm(input, all_oracles());
}

std::string story_of_storm(Bytes input) {
  Storm storm;
  decode(input, storm);
  const Surroundings& about = storm.surroundings;
  auto written = conform::world::surroundings(kMtus[about.inside_mtu % kMtus.size()]);
  written.name = "fuzz";
  written.forwarding = (about.flags & kNoForwarding) == 0;
  play(storm, all_oracles(), &written);
  return "# table bound " + std::to_string(kBounds[about.table_bound % kBounds.size()]) +
         ", flags " + std::to_string(about.flags) + "\n" + conform::print(written);
}

}  // namespace lvslab::fuzz
