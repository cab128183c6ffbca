#pragma once
// One judge for each kind of expectation. Each returns a verdict without the expectation's text and
// place, which evaluate() adds.
//
// What no frame speaks for has not been shown: packet, change, path and checksums fail when there
// was nothing to look at.

#include "emulator/scenario/study.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::scenario {

// From the exchanges, held against the frames where they say who replied.
Verdict judge(const Study& study, const topology::ExpectAnswers& expected);
Verdict judge(const Study& study, const topology::ExpectOrder& expected);
Verdict judge(const Study& study, const topology::ExpectError& expected);
Verdict judge(const Study& study, const topology::ExpectPeer& expected);

// What the clients saw, how soon and how often.
Verdict judge(const Study& study, const topology::ExpectLatency& expected);
Verdict judge(const Study& study, const topology::ExpectAnswered& expected);

// From the frames.
Verdict judge(const Study& study, const topology::ExpectPath& expected);
Verdict judge(const Study& study, const topology::ExpectPacket& expected);
Verdict judge(const Study& study, const topology::ExpectChange& expected);
Verdict judge(const Study& study, const topology::ExpectSeen& expected);
Verdict judge(const Study& study, const topology::ExpectArp& expected);
Verdict judge(const Study& study, const topology::ExpectChecksums& expected);
Verdict judge(const Study& study, const topology::ExpectHolds& expected);

// Whether packets that are ICMP errors are what these fields speak of: quoted.* and icmp.mtu
// always, icmp.* where the exchange itself is not ICMP.
bool about_errors(const std::vector<topology::FieldMatch>& fields, const Exchange& exchange);

}  // namespace lvslab::scenario
