#include "emulator/report/json.hh"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "emulator/base/error.hh"

namespace lvslab::report {

namespace {
using Json = nlohmann::ordered_json;
using scenario::Change;
using scenario::Hop;
using scenario::Journey;
using scenario::StepResult;
using scenario::Verdict;

constexpr int kVersion = 1;

// JSON has no infinities: null, and not a number when it comes back.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
double number_of(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

template <class Item, class Each>
Json list(const std::vector<Item>& items, Each each) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(each(item));
  return json;
}

template <class Each>
auto list_of(const Json& json, Each each) {
  if (!json.is_array()) throw UsageError("not a result of lvslab: a list is missing");
  std::vector<decltype(each(json))> items;
  items.reserve(json.size());
  for (const auto& item : json) items.push_back(each(item));
  return items;
}

Json change_json(const Change& c) {
  return {{"field", c.field}, {"old", c.old_value}, {"new", c.new_value}};
}

Json hop_json(const Hop& hop) {
  return {{"host", hop.host},
          {"in", hop.in},
          {"out", hop.out},
          {"at", number(hop.at)},
          {"did", hop.did},
          {"packet", hop.packet},
          {"changes", list(hop.changes, change_json)}};
}

Json journey_json(const Journey& journey) {
  return {{"title", journey.title},
          {"disposition", journey.disposition},
          {"hops", list(journey.hops, hop_json)}};
}

Json verdict_json(const Verdict& verdict) {
  return {{"passed", verdict.passed},
          {"expectation", verdict.expectation},
          {"place", verdict.place},
          {"found", verdict.found},
          {"details", verdict.details}};
}

Json step_json(const StepResult& step) {
  return {{"name", step.name},
          {"action", step.action},
          {"verdicts", list(step.verdicts, verdict_json)},
          {"journeys", list(step.journeys, journey_json)}};
}

Change change_of(const Json& json) {
  return {json.at("field"), json.at("old"), json.at("new")};
}

Hop hop_of(const Json& json) {
  return {json.at("host"),
          json.at("in"),
          json.at("out"),
          number_of(json.at("at")),
          json.at("did"),
          json.at("packet"),
          list_of(json.at("changes"), change_of)};
}

Journey journey_of(const Json& json) {
  return {json.at("title"), json.at("disposition"), list_of(json.at("hops"), hop_of)};
}

Verdict verdict_of(const Json& json) {
  return {json.at("passed"), json.at("expectation"), json.at("place"), json.at("found"),
          json.at("details")};
}

StepResult step_of(const Json& json) {
  return {json.at("name"), json.at("action"), list_of(json.at("verdicts"), verdict_of),
          list_of(json.at("journeys"), journey_of)};
}

Status status_of(const Json& json) {
  const auto name = json.get<std::string>();
  for (const auto status :
       {Status::passed, Status::failed, Status::unusable, Status::unavailable}) {
    if (name == name_of(status)) return status;
  }
  throw UsageError("not a result of lvslab: unknown status \"" + name + "\"");
}

RunResult run_of(const Json& json) {
  RunResult run;
  run.lab = json.at("lab");
  run.file = json.at("file");
  run.about = json.at("about");
  run.place = json.at("place");
  run.place_reason = json.value("place_reason", "");  // younger than the schema
  run.director = json.at("director");
  run.servers = json.at("servers");
  run.seed = json.at("seed");
  run.runs = json.value("runs", uint64_t{1});  // younger than the schema
  run.status = status_of(json.at("status"));
  run.problem = json.at("problem");
  run.frames = json.at("frames");
  run.lost = json.at("lost");
  run.up_seconds = number_of(json.at("up_seconds"));
  run.scenario_seconds = number_of(json.at("scenario_seconds"));
  run.down_seconds = number_of(json.at("down_seconds"));
  run.warnings = json.at("warnings").get<std::vector<std::string>>();
  run.drawing = json.at("drawing");
  run.steps = list_of(json.at("steps"), step_of);
  return run;
}

// nlohmann's complaints become ours: callers know one type of error for a wrong file.
template <class Read>
auto guarded(Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(std::string("not a result of lvslab: ") + error.what());
  }
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}
}  // namespace

Json to_json(const RunResult& run) {
  return {{"lab", run.lab},
          {"file", run.file},
          {"about", run.about},
          {"place", run.place},
          {"place_reason", run.place_reason},
          {"director", run.director},
          {"servers", run.servers},
          {"seed", run.seed},
          {"runs", run.runs},
          {"status", name_of(run.status)},
          {"problem", run.problem},
          {"checks", run.checks()},
          {"failed_checks", run.failed_checks()},
          {"frames", run.frames},
          {"lost", run.lost},
          {"up_seconds", number(run.up_seconds)},
          {"scenario_seconds", number(run.scenario_seconds)},
          {"down_seconds", number(run.down_seconds)},
          {"warnings", run.warnings},
          {"drawing", run.drawing},
          {"steps", list(run.steps, step_json)}};
}

RunResult from_json(const Json& json) {
  return guarded([&] { return run_of(json); });
}

std::string to_json_text(const RunResult& run) {
  return dumped(to_json(run), -1);
}

RunResult from_json_text(std::string_view text) {
  return guarded([&] { return run_of(Json::parse(text)); });
}

void write_json(std::ostream& out, const std::vector<RunResult>& runs) {
  const auto tally = tally_of(runs);
  const Json json = {{"lvslab", kVersion},
                     {"passed", tally.passed},
                     {"failed", tally.failed},
                     {"skipped", tally.skipped},
                     {"labs", list(runs, to_json)}};
  out << dumped(json, 2) << '\n';
}

std::vector<RunResult> read_json(std::istream& in) {
  return guarded([&] {
    const auto json = Json::parse(in);
    if (json.at("lvslab") != kVersion) throw UsageError("a result of another version of lvslab");
    return list_of(json.at("labs"), run_of);
  });
}

}  // namespace lvslab::report
