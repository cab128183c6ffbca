#pragma once
// Listings of both sides in a form that can be compared: what `ipvsadm` prints, without its columns
// and in an order that does not hang on a hash table.

#include <string>
#include <string_view>

#include "emulator/director/director.hh"

namespace lvslab::conform {

// What `ipvsadm OPTIONS` would show of our director, blanks aside. Throws UsageError for options
// that it does not know.
std::string list(const director::Director& director, std::string_view options, Time now);

// `ipvsadm`'s text: runs of blanks as one; lines of connections and saved rules sorted; no title.
std::string normalised(std::string_view text, std::string_view options);

// Whether the two normalised texts say the same; the time a connection has left may differ by a
// second, as both count down and neither knows where within its second the other stands, and by
// what the kernel's side was late.
bool same_listing(std::string_view ours, std::string_view kernels, std::string_view options,
                  Duration late);

}  // namespace lvslab::conform
