#pragma once
// Runs as JUnit XML, the dialect that Jenkins, GitLab and GitHub's actions read: a test suite for
// each lab, a test case for each check. A wrong file or a lab that died is an error, a lab that
// can't run here is skipped with what would change that.

#include <ostream>
#include <vector>

#include "emulator/report/result.hh"

namespace lvslab::report {

void write_junit(std::ostream& out, const std::vector<RunResult>& runs);

}  // namespace lvslab::report
