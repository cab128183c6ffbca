#include "tests/unit/report/random_run.hh"

#include <array>

namespace lvslab::report::sample {

namespace {
using Text = std::string (*)(Random&, size_t);

scenario::Verdict verdict(Random& random, Text text) {
  scenario::Verdict made{
      random.below(2) == 0, text(random, 30), text(random, 20), text(random, 30), {}};
  for (auto n = random.below(3); n > 0; --n) made.details.push_back(text(random, 40));
  return made;
}

scenario::Hop hop(Random& random, Text text) {
  scenario::Hop made{text(random, 8),
                     text(random, 5),
                     text(random, 5),
                     random.unit() * 10,
                     text(random, 60),
                     text(random, 150),
                     {}};
  for (auto n = random.below(3); n > 0; --n) {
    made.changes.push_back({text(random, 9), text(random, 60), text(random, 60)});
  }
  return made;
}

scenario::StepResult step(Random& random, Text text) {
  scenario::StepResult made{text(random, 12), text(random, 120), {}, {}};
  for (auto n = random.below(4); n > 0; --n) made.verdicts.push_back(verdict(random, text));
  for (auto n = random.below(3); n > 0; --n) {
    scenario::Journey journey{text(random, 80), text(random, 40), {}};
    for (auto hops = random.below(4); hops > 0; --hops) journey.hops.push_back(hop(random, text));
    made.journeys.push_back(std::move(journey));
  }
  return made;
}
}  // namespace

std::string random_text(Random& random, size_t most) {
  static constexpr std::array<const char*, 24> kPieces{
      "a",  "b",  "Z", "7",    " ",    " ",        "\"",           "'", "\\", "<", ">",  "&", "\n",
      "\t", "\r", "#", "\x1b", "\x01", "\xc3\xa9", "\xe2\x86\x92", ";", "%",  ":", "]]>"};
  std::string text;
  for (auto n = random.below(most + 1); n > 0; --n) text += kPieces[random.below(kPieces.size())];
  return text;
}

std::string random_bytes(Random& random, size_t most) {
  std::string text;
  for (auto n = random.below(most + 1); n > 0; --n) text += static_cast<char>(random.next());
  return text;
}

RunResult random_run(Random& random, Text text) {
  RunResult run;
  for (auto* field : {&run.lab, &run.file, &run.about, &run.place, &run.place_reason, &run.director,
                      &run.servers}) {
    *field = text(random, 12);
  }
  run.seed = random.next();
  run.status = static_cast<Status>(random.below(4));
  if (random.below(2) == 0) run.problem = text(random, 80);
  run.drawing = text(random, 100);
  for (auto n = random.below(4); n > 0; --n) run.steps.push_back(step(random, text));
  for (auto n = random.below(3); n > 0; --n) run.warnings.push_back(text(random, 90));
  run.frames = random.next();
  run.lost = random.below(3);
  run.up_seconds = random.unit();
  run.scenario_seconds = random.unit() * 1e-9;
  run.down_seconds = random.unit() * 1e9;
  return run;
}

}  // namespace lvslab::report::sample
