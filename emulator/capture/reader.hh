#pragma once
// Reads a pcapng file, of this project or of any tool, as evidence. Either byte order, several
// sections, enhanced and simple packets; other blocks and options are skipped.
//
// The file is not trusted: every length is held against what encloses it before it is used, and
// memory grows with the bytes that are really there, not with what a header claims.
//
// What a file cannot say or says in another way:
// - times are since 1970, as written (a writer's epoch is not taken off again);
// - a frame whose direction is not given counts as received;
// - a port named without ':' is a host without interface; one without name is "interface N",
//   N from 0 in the file; ports of one name (in several sections) are one port;
// - the segment size of a super-packet is unknown: 0.

#include <istream>
#include <string>

#include "emulator/fabric/sighting.hh"

namespace lvslab::capture {

// No block may be longer: far above any frame, far below what would hurt.
inline constexpr uint32_t kMostBlock = 16u << 20;

// `name` stands in messages. Throws UsageError "name: byte N: what is wrong", N the offset of the
// block (from 0).
fabric::Evidence read_pcapng(std::istream& in, const std::string& name);

// "-" is standard input. Throws also SystemError when it can't be opened or read.
fabric::Evidence read_pcapng(const std::string& path);

}  // namespace lvslab::capture
