#include "emulator/capture/block_reader.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/capture/reader.hh"

namespace lvslab::capture {

namespace {
constexpr size_t kChunk = 65536;  // memory is taken as bytes arrive, in steps of this
// Magic numbers of the older pcap format, in microseconds and nanoseconds.
constexpr uint32_t kPcapMicro = 0xa1b2c3d4;
constexpr uint32_t kPcapNano = 0xa1b23c4d;

// Up to `size` bytes into `at`: how many there were.
size_t read_some(std::istream& in, uint8_t* at, size_t size) {
  in.read(static_cast<char*>(static_cast<void*>(at)), static_cast<std::streamsize>(size));
  return static_cast<size_t>(in.gcount());
}
}  // namespace

void BlockReader::fail(const std::string& what) const {
  throw UsageError(name_ + ": byte " + std::to_string(offset_) + ": " + what);
}

void BlockReader::fail_not_pcapng() const {
  for (const bool big : {false, true}) {
    const auto magic = Order{big}.u32(head_.data());
    if (magic == kPcapMicro || magic == kPcapNano) {
      fail("this is an older pcap file; convert it with: editcap -F pcapng IN OUT");
    }
  }
  fail("not a pcapng file: it does not begin with a section header");
}

void BlockReader::fail_option(uint16_t code, size_t length) const {
  fail("option " + std::to_string(code) + " of " + std::to_string(length) +
       " bytes is longer than its block");
}

bool BlockReader::next() {
  offset_ = next_offset_;
  if (!read_head()) return false;
  body_.clear();
  if (type_ == kSectionHeader) read_order();
  const auto length = length_of_block();
  read_body(length - kBlockOverhead);
  next_offset_ = offset_ + length;
  return true;
}

bool BlockReader::read_head() {
  const auto got = read_some(in_, head_.data(), 8);
  if (got == 0 && offset_ > 0) return false;
  if (got < 8) fail(offset_ == 0 ? "not a pcapng file: too short" : "the file ends inside a block");
  type_ = order_.u32(head_.data());
  if (offset_ == 0 && type_ != kSectionHeader) fail_not_pcapng();
  return true;
}

// A section header's type reads the same in both orders; even its length must wait for the magic.
void BlockReader::read_order() {
  auto* magic = head_.data() + 8;
  if (read_some(in_, magic, 4) < 4) fail("the file ends inside a section header");
  order_.big = load_be32(magic) == kByteOrderMagic;
  if (order_.u32(magic) != kByteOrderMagic) fail("a section header without byte-order magic");
  body_.assign(magic, magic + 4);
}

uint32_t BlockReader::length_of_block() const {
  const auto length = order_.u32(head_.data() + 4);
  const auto text = "block length " + std::to_string(length);
  if (length % 4 != 0) fail(text + " is no multiple of 4");
  if (length < kBlockOverhead + body_.size()) fail(text + " is too small");
  if (length > kMostBlock) fail(text + " is above " + std::to_string(kMostBlock));
  return length;
}

void BlockReader::read_body(size_t size) {
  const size_t wanted = size + 4;  // and the length again
  while (body_.size() < wanted) {
    const auto have = body_.size();
    body_.resize(std::min(wanted, have + kChunk));
    if (read_some(in_, body_.data() + have, body_.size() - have) < body_.size() - have) {
      fail("the file ends inside a block of " + std::to_string(size + kBlockOverhead) + " bytes");
    }
  }
  if (order_.u32(body_.data() + size) != size + kBlockOverhead) {
    fail("a block whose two lengths differ");
  }
  body_.resize(size);
}

Bytes BlockReader::body(size_t least, const char* what) const {
  if (body_.size() < least) fail(std::string(what) + " shorter than its fixed part");
  return body_;
}

}  // namespace lvslab::capture
