#pragma once
// Results with random content, also of the kind that a hostile frame could bring into one.

#include "emulator/base/random.hh"
#include "emulator/report/result.hh"

namespace lvslab::report::sample {

// Text of up to `most` characters: letters and blanks, and what renderers stumble over (quotes,
// markup, line ends, escape sequences, characters of several bytes). Always UTF-8.
std::string random_text(Random& random, size_t most);
// Any bytes.
std::string random_bytes(Random& random, size_t most);

// Every field random. With `text` giving the strings.
RunResult random_run(Random& random, std::string (*text)(Random&, size_t));

}  // namespace lvslab::report::sample
