#include "emulator/node/handled.hh"

namespace lvslab::node {

uint64_t frame_hash(Bytes frame) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const uint8_t byte : frame) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

uint64_t HandledLog::add(Handled handled) {
  if (entries_.size() == bound_) {
    ++lost_;
    return 0;
  }
  entries_.push_back(std::move(handled));
  return entries_.size();
}

void HandledLog::sent(uint64_t cause, Bytes frame) {
  if (cause != 0) entries_[cause - 1].out_hashes.push_back(frame_hash(frame));
}

}  // namespace lvslab::node
