#pragma once
// What of two frames cannot be equal, each with its reason. Nothing else is forgiven.

#include <span>
#include <string_view>

#include "emulator/conform/answer.hh"

namespace lvslab::conform {

struct Mask {
  std::string_view name;
  std::string_view reason;
  // Puts the same in both frames where they may differ. `input`: the frame that caused them, empty
  // when a timer did.
  void (*apply)(Bytes input, MutableBytes ours, MutableBytes kernels);
};
std::span<const Mask> masks();

// Frames that the kernel sends by itself, whatever happens, and that are not compared.
bool is_noise(Bytes frame);

}  // namespace lvslab::conform
