// Captures: any bytes are evidence or a UsageError with a place inside the file; evidence that is
// written and read again is the same, and written again gives the same bytes.

#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/capture/reader.hh"
#include "emulator/capture/writer.hh"
#include "tests/fuzz/support/complaint.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace lvslab;
using fabric::Evidence;
using fabric::Sighting;

// Throws what the reader throws.
Evidence read(const std::string& bytes) {
  std::istringstream in(bytes);
  return capture::read_pcapng(in, "in");
}

std::string write(const Evidence& evidence) {
  std::ostringstream out;
  capture::PcapngWriter writer(out, evidence.ports);
  for (const Sighting& sighting : evidence.sightings) writer.write(sighting);
  if (evidence.lost != 0) writer.finish(evidence.lost);
  return out.str();
}

void check_place(const std::string& said, size_t size, fuzz::Complaints& complaints) {
  const std::string beginning = "in: byte ";
  const bool placed = said.starts_with(beginning);
  if (!placed || std::strtoull(said.c_str() + beginning.size(), nullptr, 10) > size)
    complaints.push_back({"place", "no place inside the file: " + said});
}

// Frames and names can't be more than the bytes they stand in.
void check_bounds(const Evidence& found, size_t size, fuzz::Complaints& complaints) {
  size_t total = 0;
  for (const Sighting& sighting : found.sightings) {
    total += sighting.bytes.size() + sighting.comment.size();
    if (sighting.port >= found.ports.size()) complaints.push_back({"bounds", "a frame of no port"});
  }
  if (total > size) complaints.push_back({"bounds", "more bytes than the file has"});
}

bool same(const Sighting& a, const Sighting& b) {
  return a.at == b.at && a.port == b.port && a.direction == b.direction && a.bytes == b.bytes &&
         a.partial_checksum == b.partial_checksum && a.comment == b.comment;
}

// A time before 1970 cannot be written, nor more than there is room for.
bool writable(const Evidence& found) {
  for (const Sighting& sighting : found.sightings)
    if (sighting.at < Time{}) return false;
  return true;
}

void check_round_trip(const Evidence& found, fuzz::Complaints& complaints) {
  const std::string written = write(found);
  try {
    const Evidence again = read(written);
    const bool equal = again.ports == found.ports && again.lost == found.lost &&
                       std::equal(again.sightings.begin(), again.sightings.end(),
                                  found.sightings.begin(), found.sightings.end(), same);
    if (!equal) complaints.push_back({"round-trip", "what was read comes back changed"});
    if (write(again) != written)
      complaints.push_back({"round-trip", "other bytes when written again"});
  } catch (const UsageError& error) {
    complaints.push_back({"round-trip", std::string("refuses what it wrote: ") + error.what()});
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Complaints complaints;
  try {
    const Evidence found = read({data, data + size});
    check_bounds(found, size, complaints);
    if (writable(found)) check_round_trip(found, complaints);
  } catch (const UsageError& error) {
    check_place(error.what(), size, complaints);
  }
  fuzz::stop_on(complaints, {});
  return 0;
}
