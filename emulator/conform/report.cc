// What a comparison found, for people and for programs.

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "emulator/conform/masks.hh"
#include "emulator/conform/run.hh"
#include "emulator/wire/describe.hh"

namespace lvslab::conform {

namespace {

using Json = nlohmann::ordered_json;

double per_second(const RunResult& result) {
  return result.kernel_seconds > 0 ? static_cast<double>(result.frames) / result.kernel_seconds : 0;
}

std::string event_line(const Case& played, const Event& event) {
  if (event.kind != EventKind::frame) return print(played, event);
  return "in " + played.interfaces[event.port].name + " " + wire::describe(event.bytes);
}

Json json_of(const Found& found) {
  Json json;
  json["what"] = found.mismatch.what;
  json["case"] = found.played.name;
  json["cases"] = found.times;
  json["shrunk"] = found.shrunk;
  json["events"] = found.played.events.size();
  if (found.mismatch.event < found.played.events.size())
    json["at"] = event_line(found.played, found.played.events[found.mismatch.event]);
  json["details"] = found.mismatch.details;
  json["text"] = print(found.played);
  return json;
}

Json masks_json(const MasksUsed& used) {
  Json json = Json::array();
  for (const Mask& mask : masks()) {
    const auto times = used.find(std::string(mask.name));
    json.push_back({{"name", mask.name},
                    {"reason", mask.reason},
                    {"times", times == used.end() ? 0 : times->second}});
  }
  return json;
}

// "rr masquerade TCP SYN_RECV > ESTABLISHED" without the change of state.
std::string who_of(const std::string& cell) {
  const size_t arrow = cell.rfind(" > ");
  return cell.substr(0, cell.rfind(' ', arrow - 1));
}

Json coverage_json(const RunResult& result) {
  Json json;
  json["cells"] = result.table.cells;
  json["reached"] = result.table.cells - result.table.holes.size();
  json["holes"] = result.table.holes;
  json["left_out"] = Json::array();
  for (const LeftOut& each : result.table.left_out)
    json["left_out"].push_back({{"what", each.what}, {"reason", each.reason}});
  json["changes"] = Json::object();
  for (const auto& [cell, times] : result.coverage.transitions) {
    const std::string who = who_of(cell);
    json["changes"][who][cell.substr(who.size() + 1)] = times;
  }
  json["ends"] = result.coverage.ends;
  json["outputs"] = result.coverage.outputs;
  return json;
}

// Holes by who has them.
std::string coverage_text(const RunResult& result) {
  constexpr size_t kMost = 20;  // lines
  std::map<std::string, std::string> holes;
  for (const auto& cell : result.table.holes) {
    const std::string who = who_of(cell);
    auto& text = holes[who];
    text += (text.empty() ? "" : ", ") + cell.substr(who.size() + 1);
  }
  std::string text = "coverage: " + std::to_string(result.table.cells - result.table.holes.size()) +
                     " of " + std::to_string(result.table.cells) +
                     " cells of scheduler, method, protocol and change of state\n";
  size_t shown = 0;
  for (const auto& [who, changes] : holes) {
    if (shown++ == kMost) break;
    text += "  not reached: " + who + ": " + changes + "\n";
  }
  if (holes.size() > kMost)
    text += "  and " + std::to_string(holes.size() - kMost) + " lines more\n";
  return text;
}

}  // namespace

std::string to_json(const RunResult& result) {
  Json json;
  json["kernel"] = result.place;
  json["seed"] = result.seed;
  json["features"] = result.features;
  json["cases"] = result.cases;
  json["frames"] = result.frames;
  json["differing_cases"] = result.differing;
  json["differing_names"] = result.differing_names;
  json["differences"] = Json::array();
  for (const Found& found : result.found) json["differences"].push_back(json_of(found));
  json["unplayed"] = result.unplayed;
  json["masks"] = masks_json(result.masks);
  json["seconds"] = result.seconds;
  json["kernel_seconds"] = result.kernel_seconds;
  json["frames_per_second"] = per_second(result);
  json["replayed_late"] = result.replayed;
  json["coverage"] = coverage_json(result);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const Found& found) {
  std::string text = "\n✗ " + found.mismatch.what + " (" + std::to_string(found.times) + " case" +
                     (found.times == 1 ? "" : "s") + "; " + found.played.name +
                     (found.shrunk ? ", made small" : "") + ")\n";
  if (found.shrunk)
    for (const Event& event : found.played.events)
      text += "    " + event_line(found.played, event) + "\n";
  for (const auto& line : found.mismatch.details) text += "  " + line + "\n";
  return text;
}

std::string to_text(const RunResult& result) {
  std::string text;
  for (const Found& found : result.found) text += to_text(found);
  for (const auto& line : result.unplayed) text += "not played: " + line + "\n";
  if (result.table.cells > 0) text += coverage_text(result);
  char summary[256];
  std::snprintf(summary, sizeof summary,
                "%zu cases, %zu frames against IPVS of %s: %zu differ; %.1f s, %.0f frames/s, "
                "seed %llu\n",
                result.cases, result.frames, result.place.c_str(), result.differing, result.seconds,
                per_second(result), static_cast<unsigned long long>(result.seed));
  return text + summary;
}

}  // namespace lvslab::conform
