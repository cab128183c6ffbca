#pragma once
// A verb of this program run in a guest (kernel/uml.hh) instead of here: what it says comes home as
// it says it, and so does its exit status. For many labs at once: guest_labs.hh.

#include <string>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/lab/options.hh"

namespace lvslab::lab {

// What of the options a guest is told, in the command's words: where on its own kernel, seed and
// repetitions, directors, servers. Throws UsageError for what cannot be there.
std::vector<std::string> words_for_guest(const Options& options);

struct GuestVerb {
  std::vector<std::string> words;     // "fuzz", "lab.yaml", "--seconds", "10"
  std::vector<std::string> writable;  // folders that it writes to
  Duration longest;                   // once the guest is up
};

// Its exit status. Throws Unavailable without User Mode Linux, and SystemError when the guest ends
// before the verb does.
int run_verb_in_guest(const GuestVerb& verb);

}  // namespace lvslab::lab
