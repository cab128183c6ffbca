// Messages of connection synchronisation: whatever comes, reading ends within it; what was read
// comes back when it is written and read again, in either version.

#include "emulator/director/sync_message.hh"
#include "tests/fuzz/support/complaint.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace lvslab;
using director::SyncEntry;
using director::SyncReader;
using director::SyncVersion;

constexpr size_t kLargest = 65507;  // bytes of a UDP datagram

std::vector<SyncEntry> entries_of(Bytes datagram, fuzz::Complaints& complaints) {
  // The smallest entry, of version 0; beside the header.
  constexpr size_t kLeast = 24;
  std::vector<SyncEntry> entries;
  SyncReader reader(datagram);
  while (const SyncEntry* entry = reader.next()) entries.push_back(*entry);
  if ((entries.size() + reader.passed_over()) * kLeast > datagram.size())
    complaints.push_back({"bounds", "more entries than there are bytes for"});
  return entries;
}

// What the version has no field for, and the kernel never sends, is not expected back.
SyncEntry as_sent(SyncEntry entry, SyncVersion version) {
  entry.flags &= ~director::sync_flag::kHashed;
  if (version == SyncVersion::v1) return entry;
  entry.mark = entry.timeout = 0;
  entry.flags &= 0xffff;
  entry.engine_data = {};
  entry.engine_name = {};
  return entry;
}

void check_round_trip(const SyncEntry& entry, SyncVersion version, fuzz::Complaints& complaints) {
  director::SyncWriter writer(version, 1, kLargest);
  if (version == SyncVersion::v0 && entry.client.address.is_v6()) return;
  if (!writer.append(entry)) complaints.push_back({"round-trip", "an entry finds no room"});
  const std::vector<uint8_t> written(writer.bytes().begin(), writer.bytes().end());
  const auto again = entries_of(written, complaints);
  if (again.size() != 1)
    complaints.push_back({"round-trip", "an entry does not come back"});
  else if (!(again[0] == as_sent(entry, version)))
    complaints.push_back({"round-trip", "an entry comes back changed"});
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Complaints complaints;
  const Bytes datagram(data, size);
  const SyncVersion version = SyncReader(datagram).version();
  for (const SyncEntry& entry : entries_of(datagram, complaints))
    check_round_trip(entry, version, complaints);
  fuzz::stop_on(complaints, {});
  return 0;
}
