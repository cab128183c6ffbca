#include "emulator/fuzz/episode.hh"

#include "emulator/lab/lab.hh"
#include "emulator/scenario/invariants.hh"

namespace lvslab::fuzz {

namespace {

std::optional<Trouble> broken_in(const topology::Topology& story, const topology::Step& step,
                                 const scenario::StepRecord& record,
                                 const fabric::Evidence& evidence) {
  const auto findings = scenario::look(story, evidence, record.first_sighting, record.end_sighting,
                                       &step, scenario::all_invariants());
  const auto trouble = [](scenario::Invariant broken, const std::string& text) {
    return Trouble{std::string(scenario::name_of(broken)), text, 0};
  };
  if (!findings.empty()) return trouble(findings.front().invariant, findings.front().text);
  if (record.at_hosts.empty()) return {};
  return trouble(record.at_hosts.front().broken, record.at_hosts.front().text);
}

// Nothing that a director remembers is for ever.
std::optional<Trouble> left_in(lab::Lab& lab) {
  const auto left = lab.connections_at_rest();
  if (!left || *left == 0) return {};
  return Trouble{std::string(kExpires),
                 std::to_string(*left) + " connections are still there after two idle hours", 0};
}

}  // namespace

Played play(const topology::Topology& story, const lab::Options& options,
            fabric::Evidence* evidence) {
  const auto lab = options.on == lab::Where::sim ? lab::make_sim_lab(story, options)
                                                 : lab::make_live_lab(story, options);
  Played played;
  for (size_t i = 0; i < story.scenario.size() && !played.trouble; ++i) {
    const auto record = lab->perform(story.scenario[i]);
    played.trouble = broken_in(story, story.scenario[i], record, lab->evidence());
    if (played.trouble) played.trouble->step = i;
  }
  if (!played.trouble) {
    played.trouble = left_in(*lab);
    if (played.trouble) played.trouble->step = story.scenario.size() - 1;
  }
  played.frames = lab->evidence().sightings.size();
  if (evidence) *evidence = lab->evidence();
  return played;
}

}  // namespace lvslab::fuzz
