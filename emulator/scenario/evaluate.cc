#include "emulator/scenario/evaluate.hh"

#include <algorithm>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/journey.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/study.hh"
#include "emulator/scenario/wording.hh"

namespace lvslab::scenario {

namespace {

std::string place_of(const topology::Topology& topology, const topology::Place& place) {
  return topology.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

// Whether a frame that was not captured could have refuted a passed expectation.
bool needs_every_frame(const topology::Expectation& expectation) {
  struct Visitor {
    bool operator()(const topology::ExpectAnswers&) const { return false; }
    bool operator()(const topology::ExpectOrder&) const { return false; }
    bool operator()(const topology::ExpectError&) const { return false; }
    bool operator()(const topology::ExpectPeer&) const { return false; }
    bool operator()(const topology::ExpectSeen& seen) const { return seen.most != UINT32_MAX; }
    bool operator()(const topology::ExpectPath&) const { return true; }
    bool operator()(const topology::ExpectPacket&) const { return true; }
    bool operator()(const topology::ExpectChange&) const { return true; }
    bool operator()(const topology::ExpectArp&) const { return true; }
    bool operator()(const topology::ExpectChecksums&) const { return true; }
    bool operator()(const topology::ExpectHolds&) const { return true; }
    bool operator()(const topology::ExpectLatency&) const { return false; }
    bool operator()(const topology::ExpectAnswered&) const { return false; }
  };
  return std::visit(Visitor{}, expectation.what);
}

Verdict judged(const Study& study, const topology::Expectation& expectation) {
  Verdict verdict =
      std::visit([&](const auto& what) { return judge(study, what); }, expectation.what);
  const uint64_t lost = study.evidence().lost;
  if (verdict.passed && lost && needs_every_frame(expectation))
    verdict = fail(study, expectation.text + ", in complete evidence",
                   verdict.found + "; but the evidence is incomplete: " + count_of(lost, "frame") +
                       " not captured");
  verdict.expectation = expectation.text;
  verdict.place = place_of(study.topology(), expectation.place);
  return verdict;
}

Verdict judge_exit(const Study& study, const topology::Exec& exec) {
  const auto& status = study.record().exit_status;
  Verdict verdict;
  verdict.expectation = "exit status " + std::to_string(exec.status);
  verdict.place = place_of(study.topology(), study.step().place);
  verdict.passed = status == exec.status;
  verdict.found = status ? "exit status " + std::to_string(*status) : "it did not end in time";
  if (!verdict.passed)
    verdict.details = {"expected: " + verdict.expectation, "found: " + verdict.found,
                       "output: " + study.record().output};
  return verdict;
}

Verdict judge_await(const Study& study, const topology::Await& await) {
  const size_t known = study.record().connections.value_or(0);
  Verdict verdict;
  verdict.expectation = awaited(await);
  verdict.place = place_of(study.topology(), study.step().place);
  verdict.passed = await.met_by(known);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(study.record().ended -
                                                                          study.record().began);
  verdict.found = count_of(known, "connection") + " after " + std::to_string(took.count()) + " ms";
  if (!verdict.passed)
    verdict.details = {"expected: " + verdict.expectation, "found: " + verdict.found};
  return verdict;
}

}  // namespace

StepResult evaluate(const topology::Topology& topology, const topology::Step& step,
                    const fabric::Evidence& evidence, const StepRecord& record, Journeys journeys) {
  const Study study(topology, step, evidence, record);
  StepResult result;
  result.name = step.name;
  result.action = describe_step(step);
  if (const auto* exec = std::get_if<topology::Exec>(&step.action))
    result.verdicts.push_back(judge_exit(study, *exec));
  if (const auto* await = std::get_if<topology::Await>(&step.action))
    result.verdicts.push_back(judge_await(study, *await));
  for (const topology::Expectation& expectation : step.expectations)
    result.verdicts.push_back(judged(study, expectation));
  if (journeys == Journeys::drawn) result.journeys = journeys_of(study);
  return result;
}

}  // namespace lvslab::scenario
