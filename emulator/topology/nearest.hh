#pragma once
// The name that someone probably meant.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lvslab::topology {

// Single letters inserted, deleted, replaced, or neighbours swapped (optimal string alignment).
size_t edit_distance(std::string_view one, std::string_view other);

// The closest of `names`, the first of several; nothing when none is close enough to be a slip
// (a third of the longer name's letters, at least one).
std::optional<std::string_view> nearest(std::string_view name,
                                        const std::vector<std::string_view>& names);

// "; did you mean 'address'?" or, when nothing is close, "; known: a, b, c".
std::string suggestion(std::string_view name, const std::vector<std::string_view>& names);

// "a, b and c"
std::string listed(const std::vector<std::string_view>& names, std::string_view last = "and");

}  // namespace lvslab::topology
