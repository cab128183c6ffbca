#pragma once
// One packet's way through the lab, host by host, and the choice of those worth showing.
//
// A row is one host: what came in, what left, what it changed between. The two sightings of a
// crossing belong to two rows, so that a packet seen on five links is as many rows as it met hosts.
// What a host did is told in the director's own words where it left some, else read off the frames.

#include <vector>

#include "emulator/scenario/study.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::scenario {

Journey journey_of(const Study& study, const Packet& packet);

// The first request packet and its reply (SYN and SYN-ACK, datagram and answer, echo and reply) of
// the first exchange, and of the first that failed; each kind of ICMP error once, at most four; of
// an ARP probe the question and every answer.
std::vector<Journey> journeys_of(const Study& study);

// A question or an answer of ARP as it crossed its link: who made it, and who heard it.
Journey arp_journey(const Study& study, size_t frame);

}  // namespace lvslab::scenario
