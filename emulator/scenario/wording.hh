#pragma once
// Words for packets and for what hosts did to them, read off the frames.

#include <string>

#include "emulator/scenario/study.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::scenario {

// "SYN", "SYN-ACK", "datagram", "echo 1", "fragmentation needed"
std::string kind_of_packet(const Layers& layers);
// "request: SYN of 192.168.43.69:49152", "reply: SYN-ACK to 192.168.43.69:49152"
std::string title_of(const Study& study, const Packet& packet);

// What a host that sent a packet on did with it.
std::string did_in_passing(const Study& study, const Observation& in, const Observation& out);
std::string did_at_origin(const Packet& packet);

// How a packet ended at the last frame of it.
struct Ending {
  std::string did;          // of the last host: "delivered"; "" when that host sent it on
  std::string disposition;  // "delivered to rs1", "dropped by director: ...", "lost after router"
};
Ending ending_of(const Study& study, const Packet& packet);

// "director knows 4 connections", "director knows no connection any more"
std::string awaited(const topology::Await& await);
// "8 requests over TCP from client to 192.168.1.219:80"
std::string describe_action(const topology::Action& action);
// With what happens meanwhile: "8 requests ...; after 20 ms: rs1 loses its power".
std::string describe_step(const topology::Step& step);

}  // namespace lvslab::scenario
