#include "emulator/topology/nearest.hh"

#include <algorithm>

namespace lvslab::topology {

size_t edit_distance(std::string_view one, std::string_view other) {
  // Rows i-2, i-1 and i of the table: distance between the first i letters and the first j.
  std::vector<size_t> before(other.size() + 1), above(other.size() + 1), row(other.size() + 1);
  for (size_t j = 0; j <= other.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const size_t replaced = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped =
          i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[other.size()];
}

std::optional<std::string_view> nearest(std::string_view name,
                                        const std::vector<std::string_view>& names) {
  std::optional<std::string_view> best;
  size_t least = 0;
  for (const std::string_view candidate : names) {
    const size_t distance = edit_distance(name, candidate);
    const size_t bound = std::max<size_t>(1, std::max(name.size(), candidate.size()) / 3);
    if (distance > bound || (best && distance >= least)) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& names) {
  if (const auto meant = nearest(name, names))
    return "; did you mean '" + std::string(*meant) + "'?";
  if (names.empty()) return "; there is none";
  return "; known: " + listed(names);
}

std::string listed(const std::vector<std::string_view>& names, std::string_view last) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace lvslab::topology
