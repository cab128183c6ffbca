#pragma once
// Where fields stand in a frame: the table behind scenario/fields.hh. Not for other rooms.

#include <array>
#include <span>

#include "emulator/scenario/fields.hh"

namespace lvslab::scenario {

// What a row's offset counts from. Rows of one field for different headers never apply at once.
enum class Header : uint8_t {
  ethernet,
  arp,
  outer4,
  outer6,
  ip4,
  ip6,
  tcp,
  udp,
  icmp,
  frag_needed,
  too_big,
  quoted4,
  quoted6,
  quoted_ports,
  payload
};

struct Row {
  std::string_view name;
  Kind kind;
  Header header;
  size_t at;           // bytes from the header's start
  size_t size;         // bytes
  uint32_t mask = 0;   // of a field that shares its bytes; 0: all bits
  uint32_t scale = 1;  // what the wire's unit is worth
  uint32_t plus = 0;   // what the wire leaves out
};

// In the order of the headers; rows of one name stand together.
std::span<const Row> field_rows();

// Where the header stands in this frame, in bytes from its start; nothing if it has none.
std::optional<size_t> start_of(Header header, const Layers& layers);

// Where all headers of a frame stand: for many questions at once.
class Starts {
 public:
  explicit Starts(const Layers& layers) {
    for (size_t i = 0; i < starts_.size(); ++i)
      starts_[i] = start_of(static_cast<Header>(i), layers);
  }
  std::optional<size_t> operator()(Header header) const {
    return starts_[static_cast<size_t>(header)];
  }

 private:
  std::array<std::optional<size_t>, static_cast<size_t>(Header::payload) + 1> starts_;
};

}  // namespace lvslab::scenario
