#pragma once
// Listings of both sides, byte for byte what ipvsadm prints, but for the order of connections,
// which hangs on a hash table, and for what time does to them.

#include <string>
#include <string_view>

#include "emulator/node/director_node.hh"

namespace lvslab::conform {

// Between what happened last and a listing: a kernel's connection that ends "now" stands until its
// next tick (10 ms at 100 Hz).
inline constexpr Duration kBeforeListing = std::chrono::milliseconds(30);

// What `ipvsadm OPTIONS` shows of our director.
std::string list(node::DirectorNode& node, std::string_view options, Time now);

// ipvsadm's text with the lines of connections sorted.
std::string normalised(std::string_view text, std::string_view options);

// Whether the two normalised texts say the same; the time a connection has left may differ by a
// second, as both count down and neither knows where within its second the other stands, and by
// what the kernel's side was late.
bool same_listing(std::string_view ours, std::string_view kernels, std::string_view options,
                  Duration late);

}  // namespace lvslab::conform
