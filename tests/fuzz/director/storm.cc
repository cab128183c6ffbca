#include "tests/fuzz/director/storm.hh"

#include "emulator/conform/world.hh"
#include "emulator/ipvs/language.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/director/rules.hh"

namespace lvslab::fuzz {

namespace {

ipvs::Settings settings_of(const Surroundings& about) {
  ipvs::Settings settings;
  settings.table_bound = kBounds[about.table_bound % kBounds.size()];
  // Sampling every two seconds would be most of the work of a wait; a setting brings it back.
  settings.run_estimation = false;
  return settings;
}

std::vector<node::MarkRule> marks() {
  const auto& all = places();
  std::vector<node::MarkRule> rules;
  for (const bool v6 : {false, true})
    for (const uint32_t mark : {1U, 2U}) {
      const wire::IpAddress& to = all.vips[v6][mark + 1];
      rules.push_back({mark, {to, to.bits()}, 0, 0});
    }
  return rules;
}

}  // namespace

DirectorStage::DirectorStage(const Surroundings& about)
    : node_(places().config(about), settings_of(about)) {
  if (about.flags & kMarked) node_.set_marks(marks());
}

void DirectorStage::rest() {
  const director::Director& director = node_.director();
  const Standing standing{now(), director.services(), director.connections(now()),
                          director.settings()};
  each_oracle([&](Oracle& oracle) { oracle.rest(standing, complaints()); });
}

void DirectorStage::rule(Bytes fields) {
  const ipvs::Command command = command_of(fields);
  if (is_told()) tell({conform::EventKind::rule, ipvs::print(command), 0, {}, {}});
  apply(command);
}

void DirectorStage::apply(const ipvs::Command& command) {
  rest();
  try {
    node_.apply(command, now());
  } catch (const director::CommandError&) {
    return;  // and nothing has changed: the next rest() sees it
  }
  const Services services = node_.director().services();
  each_oracle([&](Oracle& oracle) { oracle.rule(command, services, now()); });
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
  const auto& host = node_.host().drops();
  uint64_t director = 0;
  for (const uint64_t count : node_.director().drops()) director += count;
  return {host.total(), host[host::DropReason::by_hook], director};
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
}

namespace {

Complaints play(const Storm& storm, conform::Case* written) {
  auto oracles = make_oracles();
  DirectorStage stage(storm.surroundings);
  stage.look_on(oracles);
  if (written) stage.tell(*written);
  stage.play(storm.records);
  if (stage.complaints().empty()) stage.rest();
  if (stage.complaints().empty()) stage.settle();
  return stage.complaints();
}

}  // namespace

Complaints run_storm(Bytes input) {
  static Storm storm;
  decode(input, storm);
  return play(storm, nullptr);
}

std::string story_of_storm(Bytes input) {
  Storm storm;
  decode(input, storm);
  const Surroundings& about = storm.surroundings;
  auto written = conform::world::surroundings(kMtus[about.inside_mtu % kMtus.size()]);
  written.name = "fuzz";
  written.forwarding = (about.flags & kNoForwarding) == 0;
  play(storm, &written);
  return "# table bound " + std::to_string(kBounds[about.table_bound % kBounds.size()]) +
         ", flags " + std::to_string(about.flags) + "\n" + conform::print(written);
}

}  // namespace lvslab::fuzz
