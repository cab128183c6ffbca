#include "tests/fuzz/support/complaint.hh"

#include <cstdio>
#include <cstdlib>

namespace lvslab::fuzz {

void stop_on(const Complaints& complaints, const std::function<std::string()>& story) {
  if (complaints.empty()) return;
  const std::string told = story ? story() : std::string();
  if (!told.empty()) std::fprintf(stderr, "%s\n", told.c_str());
  for (const Complaint& complaint : complaints)
    std::fprintf(stderr, "oracle %s: %s\n", complaint.oracle.c_str(), complaint.message.c_str());
  std::abort();
}

}  // namespace lvslab::fuzz
