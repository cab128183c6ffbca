#pragma once
// A lab as a picture in plain text, from its description alone. Networks are vertical bars, hosts
// stand at the right, each on one wire that meets the bars of its networks:
//
//   outside           lan
//   192.168.43.0/24   192.168.1.0/24
//   ┃                 ┃
//   ●─ eth0 .1 ───────●─ eth1 .1 ───── router
//   ┃                 ┃
//   ┃                 ●─ eth0 .217 ─── director   director, embedded
//   ┃                 ┃                  eth0 00:21:5a:db:68:e8
//
// At most 100 columns (names as long as the file format allows). With many networks the labels on
// the wires get shorter, and the addresses stand with the hosts; above fourteen networks only the
// list of hosts is left.

#include <string>

#include "emulator/topology/model.hh"

namespace lvslab::report {

inline constexpr unsigned kDrawingWidth = 100;

// UTF-8, each line ended; no line has blanks at its end.
std::string drawing(const topology::Topology& lab);

}  // namespace lvslab::report
