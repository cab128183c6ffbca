// Lab files: any bytes are a Topology, or a FileError each of whose mistakes stands inside the file
// and fits on a line. Nothing else is thrown.

#include <algorithm>
#include <string>

#include "emulator/topology/reader.hh"
#include "tests/fuzz/support/complaint.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace lvslab;

void check(const topology::Mistake& mistake, const std::string& text,
           fuzz::Complaints& complaints) {
  // YAML ends lines with CR too; a place may be behind the last line.
  const auto ends = std::count_if(text.begin(), text.end(),
                                  [](char each) { return each == '\n' || each == '\r'; });
  if (mistake.place.line < 0 || mistake.place.line > ends + 2)
    complaints.push_back({"place", "line " + std::to_string(mistake.place.line) +
                                       " of a file that has not so many: " + mistake.message});
  if (mistake.message.empty() || mistake.message.find('\n') != std::string::npos)
    complaints.push_back({"message", "a message is to be one line: '" + mistake.message + "'"});
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  fuzz::Complaints complaints;
  try {
    for (const auto& warning : topology::load_text(text, "fuzz.yaml").warnings)
      check(warning, text, complaints);
  } catch (const topology::FileError& error) {
    if (error.mistakes().empty()) complaints.push_back({"message", "refused without a reason"});
    for (const auto& mistake : error.mistakes()) check(mistake, text, complaints);
  }
  fuzz::stop_on(complaints, {});
  return 0;
}
