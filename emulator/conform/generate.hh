#pragma once
// Random cases: rules, settings, traffic in which what came out is answered. A case follows from
// its seed, the features and our director (which gives what servers and routers answer to), never
// from a kernel.

#include "emulator/conform/case.hh"
#include "emulator/conform/features.hh"

namespace lvslab::conform {

struct GenerateOptions {
  Features features = Features::all();
  size_t frames = 240;                          // of a case, about
  Duration longest = std::chrono::seconds(12);  // sum of its waits, about
};

Case generate(uint64_t seed, const GenerateOptions& options);

}  // namespace lvslab::conform
