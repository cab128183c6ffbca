#pragma once
// Runs of the command, with their JSON; and whether this machine can run labs at all.

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "tests/support/command.hh"

namespace lvslab::test {

struct LabRun {
  Outcome outcome;
  nlohmann::json result;  // of the one lab; null if there is none
  // Every check that failed, with what was found.
  std::string failures() const;
};

// lvslab run FILE --json ... EXTRA
LabRun run_lab(const std::string& file, const std::vector<std::string>& extra = {});

// Precondition of tests that build labs: skipped, with the reason, where labs cannot run.
boost::test_tools::assertion_result labs_run_here(boost::unit_test::test_unit_id);

}  // namespace lvslab::test
