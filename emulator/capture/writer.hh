#pragma once
// A lab's evidence as a pcapng file: one interface for each port, named "host:interface"; on each
// frame the direction as its host sees it, and as a comment what the director did with it. Written
// here and not by libpcap, which knows neither names nor comments.
//
// The file has one little-endian section: a section header, an interface description for each
// port, an enhanced packet for each sighting; at the end, when frames were lost, interface
// statistics that say so. The same input gives the same bytes: no clock, no host name.
//
// Not kept: the segment size of a super-packet (only that it was one, as epb_flags bit 11).

#include <ostream>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"
#include "emulator/fabric/sighting.hh"

namespace lvslab::capture {

struct FileInfo {
  std::string application = "lvslab";     // shb_userappl
  std::string comment;                    // on the whole file: lab, place, seed
  Duration epoch{};                       // since 1970, of the lab's time 0; 0 for simulated time
  std::vector<std::string> descriptions;  // if_description of each port; missing ones are made
};

class PcapngWriter {
 public:
  // Writes the headers. Ports of later sightings are indices into `ports`. The stream must outlive
  // the writer; its state tells whether all was written.
  PcapngWriter(std::ostream& out, const std::vector<fabric::PortName>& ports,
               const FileInfo& info = {});

  // Comments are cut at 65535 bytes, frames at 262144; a time before 1970 is written as 1970.
  void write(const fabric::Sighting& sighting);
  // Closes the story: how many frames the capture could not keep. At most once, at the end.
  void finish(uint64_t lost);

 private:
  void begin(uint32_t type);
  void end();
  void put16(uint16_t value);
  void put32(uint32_t value);
  void put64_halves(uint64_t value);  // high word first, as timestamps are
  void put_padded(Bytes bytes);
  void option(uint16_t code, Bytes value);
  void option(uint16_t code, const std::string& text);
  void section_header(const FileInfo& info);
  void interface_description(const fabric::PortName& port, const std::string& description);

  std::ostream& out_;
  size_t ports_;
  Duration epoch_;
  std::vector<uint8_t> block_;  // the one being built
};

// Writes all of it to `path`, which appears complete or not at all (atomic_file.hh).
// Throws SystemError.
void write_file(const std::string& path, const fabric::Evidence& evidence,
                const FileInfo& info = {});

}  // namespace lvslab::capture
