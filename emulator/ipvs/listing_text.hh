#pragma once
// The words and numbers of ipvsadm's listings and saved rules, and text in columns as printf(3)
// pads it: nothing is cut that is longer. Not for other rooms.

#include <cstdint>
#include <string>

#include "emulator/ipvs/resolver.hh"

namespace lvslab::ipvs {

std::string left(std::string text, size_t width);
inline std::string left(uint64_t number, size_t width) {
  return left(std::to_string(number), width);
}
std::string right(std::string text, size_t width);

// A counter in nine columns, from a hundred million on in thousands (K), millions and so on; exact:
// all digits, and wider where they need it.
std::string large_number(uint64_t number, bool exact);

// "192.0.2.1:80", "[2001:db8::1]:80"; with names "www.example.net:http". At most 59 characters.
std::string endpoint_text(const Endpoint& end, uint8_t protocol, bool numeric,
                          const Resolver& resolver);

inline bool any(const SchedulerFlags& flags) {
  return flags.fallback || flags.port || flags.third;
}
// "sh-fallback,sh-port". sh and mh have no name for the third flag, and it prints as nothing.
std::string flags_text(const SchedulerFlags& flags, Scheduler scheduler);
// word and mask, where that is not the whole address.
std::string mask_text(const Persistence& persistence, Family family, const char* word);
// 0 of a mark: ports of its servers have no names.
uint8_t protocol_of(const ServiceKey& key);

}  // namespace lvslab::ipvs
