#pragma once
// What an oracle found wrong, by name. Oracles collect complaints and stop nobody, so that tests
// can show that each of them can complain; a fuzz target ends itself with the first one (stop_on).

#include <functional>
#include <string>
#include <vector>

namespace lvslab::fuzz {

struct Complaint {
  std::string oracle;   // "checksum", "keeps-server"
  std::string message;  // what was to be, what is
};

using Complaints = std::vector<Complaint>;

// Does nothing without complaints. Otherwise prints them and the story that led there to standard
// error and aborts: what libFuzzer and AFL++ take for a finding.
void stop_on(const Complaints& complaints, const std::function<std::string()>& story);

}  // namespace lvslab::fuzz
