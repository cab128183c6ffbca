#pragma once
// A run as JSON: what --json writes, and how a result comes home from the process that ran the lab.
//
//   {"lvslab": 1,                      version of this schema; a key may be added, none changes
//    "passed": 1, "failed": 0, "skipped": 0,                     labs
//    "labs": [RUN]}
//
//   RUN   {"lab", "file", "about", "place", "place_reason", "director", "servers": text,
//          "seed", "runs": integer,
//          "status": "passed" | "failed" | "unusable" | "unavailable", "problem": text,
//          "checks", "failed_checks": integer,                   made from the steps, not read back
//          "frames", "lost": integer, "up_seconds", "scenario_seconds", "down_seconds": number,
//          "warnings": [text], "drawing": text, "steps": [STEP]}
//   STEP  {"name", "action": text, "verdicts": [VERDICT], "journeys": [JOURNEY]}
//   VERDICT {"passed": boolean, "expectation", "place", "found": text, "details": [text]}
//   JOURNEY {"title", "disposition": text, "hops": [HOP]}
//   HOP   {"host", "in", "out": text, "at": seconds, "did", "packet": text, "changes": [CHANGE]}
//   CHANGE {"field", "old", "new": text}
//
// Keys stand in this order. Numbers come back exactly (seeds use all 64 bits). Text is UTF-8: bytes
// that are not come out as U+FFFD.

#include <istream>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/report/result.hh"

namespace lvslab::report {

nlohmann::ordered_json to_json(const RunResult& run);
// Unknown keys are ignored. Throws UsageError when a key is missing or of another type.
RunResult from_json(const nlohmann::ordered_json& json);

// The same as text, on one line.
std::string to_json_text(const RunResult& run);
RunResult from_json_text(std::string_view text);

void write_json(std::ostream& out, const std::vector<RunResult>& runs);
// What write_json wrote. Throws UsageError.
std::vector<RunResult> read_json(std::istream& in);

}  // namespace lvslab::report
