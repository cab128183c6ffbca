// A storm of rules, settings, frames and time at a director.

#include "tests/fuzz/director/storm.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lvslab;
  const Bytes input(data, size);
  fuzz::stop_on(fuzz::run_storm(input), [&] { return fuzz::story_of_storm(input); });
  return 0;
}
