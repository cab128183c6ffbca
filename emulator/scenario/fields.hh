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
#include <variant>
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

// The letter of each of TCP's flags, from bit 0 on (RFC 9293, 3.1; RFC 3168, 6.1).
inline constexpr std::string_view kFlagBits = "FSRPAUEC";

// Nothing for a name that is no field.
std::optional<Kind> kind_of(std::string_view field);
// Every field name, in the order of the headers.
const std::vector<std::string_view>& field_names();

// A value in the one form in which two of its kind are compared: "0x3f" and "63", "yes" and "1",
// "AS" and "SA" are the same. Nothing when it is not of the kind.
std::optional<std::string> canonical(Kind kind, std::string_view text);

// The same without the text: two values of a kind are equal where their canonical texts are. MACs,
// flags and all that is a number are numbers.
using Value = std::variant<uint64_t, wire::IpAddress, std::string>;
std::optional<Value> value_of(Kind kind, std::string_view text);
Value value_of(const wire::Mac& mac);
inline Value value_of(const wire::IpAddress& address) {
  return address;
}

// A field, looked up once by its name for many frames.
class Field {
 public:
  static std::optional<Field> named(std::string_view name);
  std::string_view name() const;
  Kind kind() const;
  // Nothing where the frame does not have it.
  std::optional<Value> value_in(const Layers& layers) const;
  // In the form of topology/field_names.hh, but tos hexadecimal and no TCP flags "none".
  std::optional<std::string> text_in(const Layers& layers) const;

 private:
  friend const std::vector<Field>& all_fields();
  friend std::vector<Field> perhaps_different(const Layers& a, const Layers& b);
  Field(size_t first, size_t count) : first_(first), count_(count) {}
  // The rows of a table in fields.cc that say where it stands.
  size_t first_, count_;
};
// In the order of the headers.
const std::vector<Field>& all_fields();

class Decoded {
 public:
  explicit Decoded(Bytes frame) : layers_(frame) {}
  explicit Decoded(const Layers& layers) : layers_(layers) {}
  std::optional<std::string> field(std::string_view name) const;
  const Layers& layers() const { return layers_; }

 private:
  Layers layers_;
};

// The fields whose text may differ, in the order of the headers: the others have the same bytes in
// both frames, or are in neither.
std::vector<Field> perhaps_different(const Layers& a, const Layers& b);

// Sets the bits that any field of this frame is made of; `mask` has a byte for each of the frame's.
void cover_fields(const Layers& layers, std::vector<uint8_t>& mask);

// Text for one line: control characters and bytes beyond ASCII as \xNN, at most `most` bytes.
std::string printable(std::string_view text, size_t most = 64);

}  // namespace lvslab::scenario
