#pragma once
// Evidence to write and read, and files made byte by byte in either byte order.

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/capture/writer.hh"
#include "emulator/fabric/sighting.hh"

namespace lvslab::capture::sample {

// An ARP request seen at two ports: valid Ethernet, so that tshark has nothing to say against it.
fabric::Evidence arp_seen_twice();

std::string written(const fabric::Evidence& evidence, const FileInfo& info = {});

bool same(const fabric::Sighting& a, const fabric::Sighting& b);

// A pcapng file put together by hand: what other tools write and the writer does not.
class File {
 public:
  explicit File(bool big) : big_(big) {}

  File& section();
  // options: as from option(), ended or not.
  File& interface(uint16_t link_type, uint32_t snap_length, const std::string& options = "");
  File& packet(uint32_t interface, uint64_t ticks, const std::string& bytes,
               const std::string& options = "");
  File& simple(uint32_t original_length, const std::string& bytes);
  File& block(uint32_t type, const std::string& body);

  std::string option(uint16_t code, const std::string& value) const;
  std::string u16(uint16_t value) const;
  std::string u32(uint32_t value) const;
  std::string u64(uint64_t value) const;
  const std::string& bytes() const { return bytes_; }

 private:
  bool big_;
  std::string bytes_;
};

}  // namespace lvslab::capture::sample
