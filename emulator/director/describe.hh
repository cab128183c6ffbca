#pragma once
// A verdict in words: the comment of a frame in a capture, a row of a hop table.

#include <string>

#include "emulator/director/verdict.hh"

namespace lvslab::director {

// "LVS: PREROUTING > INPUT 192.168.1.219:80 TCP rr -> new connection to 192.168.1.218:80 by route >
// POSTROUTING, state SYN_RECV"; for a drop its reason. One line.
std::string describe(const Verdict& verdict, const Note& note);

}  // namespace lvslab::director
