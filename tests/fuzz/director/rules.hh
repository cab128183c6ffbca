#pragma once
// Rules and settings as a fuzzer's bytes, and back, so that seeds can be made of written ones.

#include <optional>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/ipvs/service.hh"
#include "emulator/ipvs/settings.hh"

namespace lvslab::fuzz {

// Any bytes are a command about conform::world's addresses. Not every director takes it.
ipvs::Command command_of(Bytes fields);
// Nothing if no fields mean it: other addresses, other ports.
std::optional<std::vector<uint8_t>> fields_of(const ipvs::Command& command);

// A setting of net.ipv4.vs.* by its place among the names, with a value near its bounds. Returns
// its line, "conn_reuse_mode 0"; empty, and nothing changed, when it does not take that value.
std::string change_setting(ipvs::Settings& settings, Bytes fields);
// Nothing if no fields mean it.
std::optional<std::vector<uint8_t>> setting_fields_of(const std::string& name,
                                                      const std::string& value);

}  // namespace lvslab::fuzz
