#pragma once
// The framing of a pcapng file: cuts a stream into blocks and a block's end into options, and knows
// each section's byte order. What the blocks mean is the reader's business.
//
// Nothing it returns reaches outside the block it was read from, and it takes memory only as bytes
// arrive. One call reads at most kMostBlock bytes.

#include <array>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/capture/format.hh"

namespace lvslab::capture {

// The byte order of a section.
struct Order {
  bool big = false;
  uint16_t u16(const uint8_t* at) const { return big ? load_be16(at) : load_le16(at); }
  uint32_t u32(const uint8_t* at) const { return big ? load_be32(at) : load_le32(at); }
  uint64_t u64(const uint8_t* at) const {
    const uint64_t first = u32(at), second = u32(at + 4);
    return big ? first << 32 | second : second << 32 | first;
  }
};

class BlockReader {
 public:
  BlockReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  // Reads the next block; the first must be a section header. False at the end of the file.
  // Throws UsageError.
  bool next();

  uint32_t type() const { return type_; }
  const Order& order() const { return order_; }
  // The block's body, which has at least `least` bytes; `what` is named when it has not.
  Bytes body(size_t least, const char* what) const;

  // Calls each(code, value) for the options in `bytes`, the end of a body.
  template <class Each>
  void options(Bytes bytes, Each each) const {
    while (!bytes.empty()) {
      if (bytes.size() < 4) fail("an option cut short");
      const auto code = order_.u16(bytes.data());
      const size_t length = order_.u16(bytes.data() + 2);
      if (code == kOptEnd) return;
      if (padded(length) > bytes.size() - 4) fail_option(code, length);
      each(code, bytes.subspan(4, length));
      bytes = bytes.subspan(4 + padded(length));
    }
  }

  // Throws UsageError with the file and the offset of this block.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  [[noreturn]] void fail_not_pcapng() const;
  [[noreturn]] void fail_option(uint16_t code, size_t length) const;
  bool read_head();
  void read_order();
  uint32_t length_of_block() const;
  void read_body(size_t size);

  std::istream& in_;
  std::string name_;
  Order order_;
  uint64_t offset_ = 0, next_offset_ = 0;  // of this block and of the next
  uint32_t type_ = 0;
  std::array<uint8_t, 12> head_{};
  std::vector<uint8_t> body_;
};

}  // namespace lvslab::capture
