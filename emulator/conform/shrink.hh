#pragma once
// A case that shows a difference made small: delta debugging (Zeller and Hildebrandt, 2002) over
// its events, a round's candidates as one batch.

#include "emulator/conform/compare.hh"
#include "emulator/conform/kernel_side.hh"

namespace lvslab::conform {

// What our side does with a case: play_ours(), or a side made wrong on purpose.
using Play = Answers (*)(const Case& played);

// The smallest found that still shows a difference of that kind. Bounded by `rounds`.
Case shrink(const Case& played, const Mismatch& shown, Play ours, const Ignored& ignored,
            KernelSide& kernel, unsigned rounds = 60);

}  // namespace lvslab::conform
