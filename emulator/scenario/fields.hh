#pragma once
// A frame as named fields: the vocabulary in which topology files speak of packets. The names are
// those of topology/field_names.hh.
//
//   Decoded(frame).field("ip.ttl")  ->  "63";  of an ARP frame: nothing
//
// ip.* and what follows are of the innermost packet; outer.* is there only in front of an
// encapsulated one. quoted.* is the packet an ICMP error tells about.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/scenario/layers.hh"

namespace lvslab::scenario {

enum class Kind : uint8_t {
  mac,
  address,
  number,
  hexadecimal,
  boolean,
  flags,
  ethertype,
  protocol,
  operation,
  text
};

// Nothing for a name that is no field.
std::optional<Kind> kind_of(std::string_view field);
// Every field name, in the order of the headers.
const std::vector<std::string_view>& field_names();

// A value in the one form in which two of its kind are compared: "0x3f" and "63", "yes" and "1",
// "AS" and "SA" are the same. Nothing when it is not of the kind.
std::optional<std::string> canonical(Kind kind, std::string_view text);

class Decoded {
 public:
  explicit Decoded(Bytes frame) : layers_(frame) {}
  explicit Decoded(const Layers& layers) : layers_(layers) {}
  // In the form of topology/field_names.hh, but tos hexadecimal and no TCP flags "none".
  std::optional<std::string> field(std::string_view name) const;
  const Layers& layers() const { return layers_; }

 private:
  Layers layers_;
};

// The fields whose text may differ, in the order of the headers: the others have the same bytes in
// both frames, or are in neither.
std::vector<std::string_view> perhaps_different(const Layers& a, const Layers& b);

// The bits of [at, at + mask.size()) that a field of this frame is made of, for every field it has.
struct Covered {
  size_t at = 0;
  std::vector<uint8_t> mask;
};
std::vector<Covered> covered_by_fields(const Layers& layers);

// Text for one line: control characters and bytes beyond ASCII as \xNN, at most `most` bytes.
std::string printable(std::string_view text, size_t most = 64);

}  // namespace lvslab::scenario
