#pragma once
// A lab that is up, described as JSON: hosts, the director's services and connections.

#include <nlohmann/json.hpp>

#include <string>

#include "emulator/lab/netns_lab.hh"

namespace lvslab::lab {

nlohmann::ordered_json inspect(NetnsLab& lab, const std::string& place);

// Why `exec` does not work on a host, and where it does.
std::string why_no_shell(const topology::Topology& topology, const std::string& host);

}  // namespace lvslab::lab
