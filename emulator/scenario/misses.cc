#include "emulator/scenario/misses.hh"

#include <algorithm>
#include <cstdio>

#include "emulator/wire/describe.hh"

namespace lvslab::scenario {

std::string frame_line(const Study& study, size_t frame) {
  const Observation& seen = study.frames()[frame];
  char time[32];
  std::snprintf(time, sizeof time, "%.6f", to_seconds(seen.sighting->at.time_since_epoch()));
  std::string line = std::string(time) + " " + study.port(seen).to_string() + " " +
                     std::string(fabric::name_of(seen.sighting->direction)) + " " +
                     wire::describe(seen.sighting->bytes);
  if (!seen.sighting->comment.empty()) line += " (" + seen.sighting->comment + ")";
  return line;
}

std::vector<std::string> frames_around(const Study& study, size_t frame, size_t margin) {
  const size_t first = frame > margin ? frame - margin : 0;
  const size_t end = std::min(study.frames().size(), frame + margin + 1);
  std::vector<std::string> lines;
  for (size_t i = first; i < end; ++i)
    lines.push_back((i == frame ? "> " : "  ") + frame_line(study, i));
  return lines;
}

void Misses::nearest_first() {
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Miss& a, const Miss& b) { return a.why.size() < b.why.size(); });
}

std::vector<std::string> Misses::lines(const Study& study) const {
  std::vector<std::string> lines;
  for (const Miss& miss : all_) {
    if (&miss - all_.data() == static_cast<std::ptrdiff_t>(kShown)) {
      lines.push_back("  and " + std::to_string(all_.size() - kShown) + " more");
      break;
    }
    lines.push_back("  " + frame_line(study, miss.frame));
    for (const std::string& why : miss.why) lines.push_back("    " + why);
  }
  return lines;
}

Verdict pass(std::string found) {
  Verdict verdict;
  verdict.passed = true;
  verdict.found = std::move(found);
  return verdict;
}

Verdict fail(const Study& study, std::string expected, std::string found, const Misses& misses) {
  Verdict verdict;
  verdict.details = {"expected: " + expected, "found: " + found};
  const auto add = [&](const char* title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    verdict.details.emplace_back(title);
    verdict.details.insert(verdict.details.end(), lines.begin(), lines.end());
  };
  if (!misses.empty()) {
    add("near misses:", misses.lines(study));
    add("frames around the first:", frames_around(study, misses.first_frame()));
  } else {
    constexpr size_t kOpening = 12;
    std::vector<std::string> lines;
    for (size_t i = 0; i < std::min(kOpening, study.frames().size()); ++i)
      lines.push_back("  " + frame_line(study, i));
    add("the step's first frames:", lines);
    if (lines.empty()) verdict.details.emplace_back("no frame was seen in this step");
  }
  verdict.found = std::move(found);
  return verdict;
}

std::string count_of(size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& items, const std::string& between) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) text += (i ? between : "") + items[i];
  return text;
}

}  // namespace lvslab::scenario
