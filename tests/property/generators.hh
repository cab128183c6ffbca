#pragma once
// Random values of the project's types for RapidCheck. Edges (zero, all ones, families) come up
// often on purpose: that is where things break.

#include <rapidcheck.h>

#include <vector>

#include "emulator/ipvs/language.hh"
#include "emulator/wire/address.hh"

namespace lvslab::testing {

inline rc::Gen<wire::IpAddress> v4_address() {
  return rc::gen::map(rc::gen::oneOf(rc::gen::arbitrary<uint32_t>(),
                                     rc::gen::element<uint32_t>(0, 1, 0xffffffff, 0xc0000201)),
                      [](uint32_t value) { return wire::IpAddress::v4_from(value); });
}

inline rc::Gen<wire::IpAddress> v6_address() {
  const auto byte = rc::gen::oneOf(rc::gen::arbitrary<uint8_t>(), rc::gen::just<uint8_t>(0));
  return rc::gen::map(
      rc::gen::container<std::vector<uint8_t>>(16, byte),
      [](const std::vector<uint8_t>& bytes) { return wire::IpAddress::v6_at(bytes.data()); });
}

inline rc::Gen<wire::IpAddress> address_of(wire::Family family) {
  return family == wire::Family::v4 ? v4_address() : v6_address();
}

inline rc::Gen<wire::Family> any_family() {
  return rc::gen::element(wire::Family::v4, wire::Family::v6);
}

inline rc::Gen<std::vector<uint8_t>> bytes_of_size(size_t least, size_t most) {
  return rc::gen::mapcat(rc::gen::inRange(least, most + 1), [](size_t size) {
    return rc::gen::container<std::vector<uint8_t>>(size, rc::gen::arbitrary<uint8_t>());
  });
}

// Any command that ipvs::parse() can give.
rc::Gen<ipvs::Command> any_command();

}  // namespace lvslab::testing
