#pragma once
// A small case and frames of it.

#include "emulator/conform/answer.hh"
#include "emulator/conform/packets.hh"

namespace lvslab::test {

extern const char* const kSample;  // as a file
conform::Case sample();
// From a client to the virtual service of the sample.
conform::Event syn(uint16_t client_port, uint16_t id = 1);

}  // namespace lvslab::test
