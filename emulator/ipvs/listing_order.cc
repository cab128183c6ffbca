#include "emulator/ipvs/listing_order.hh"

#include <array>

namespace lvslab::ipvs {

namespace {

// The sign of the difference, wrapped to 32 bits.
int difference(uint32_t a, uint32_t b) {
  const auto wrapped = static_cast<int32_t>(a - b);
  return wrapped < 0 ? -1 : wrapped > 0 ? 1 : 0;
}

// An IPv4 address is compared as if zeroes followed it.
uint32_t word(const IpAddress& address, size_t index) {
  if (address.is_v4()) return index == 0 ? address.v4_value() : 0;
  return load_be32(address.bytes().data() + 4 * index);
}

// As many words as the first address has: of both families, four or one by which stands first.
int compare(const Endpoint& a, const Endpoint& b) {
  for (size_t i = 0; i < a.address.size() / 4; ++i)
    if (const int order = difference(word(a.address, i), word(b.address, i)); order != 0)
      return order;
  return a.port - b.port;
}

int compare(const DestinationStatus& a, const DestinationStatus& b) {
  return compare(a.rule.real, b.rule.real);
}

struct Rank {
  uint32_t mark = 0;
  int family = 0, protocol = 0;
  Endpoint end;
};

Rank rank_of(const ServiceStatus& service) {
  const int family = family_of(service.rule.key) == Family::v4 ? 0 : 1;
  if (const auto* mark = std::get_if<MarkKey>(&service.rule.key))
    return {mark->mark, family, 0, {}};
  const auto& key = std::get<AddressKey>(service.rule.key);
  return {0, family, static_cast<int>(key.protocol), key.virtual_end};
}

int compare(const ServiceStatus& a, const ServiceStatus& b) {
  const Rank x = rank_of(a), y = rank_of(b);
  if (const int order = difference(x.mark, y.mark); order != 0) return order;
  if (x.family != y.family) return x.family - y.family;
  if (x.protocol != y.protocol) return x.protocol - y.protocol;
  return compare(x.end, y.end);
}

// The first half is the smaller one, and stands first among equals.
template <class T>
void merge_sort(typename std::vector<const T*>::iterator begin, size_t count) {
  if (count < 2) return;
  const size_t half = count / 2;
  merge_sort<T>(begin, half);
  merge_sort<T>(begin + static_cast<ptrdiff_t>(half), count - half);
  const std::vector<const T*> all(begin, begin + static_cast<ptrdiff_t>(count));
  size_t left = 0, right = half;
  for (size_t i = 0; i < count; ++i, ++begin) {
    const bool take_left = right == count || (left < half && compare(*all[left], *all[right]) <= 0);
    *begin = all[take_left ? left++ : right++];
  }
}

template <class T>
std::vector<const T*> ordered(const std::vector<T>& values, bool sorted) {
  std::vector<const T*> pointers;
  for (const T& value : values) pointers.push_back(&value);
  if (sorted) merge_sort<T>(pointers.begin(), pointers.size());
  return pointers;
}

}  // namespace

std::vector<const ServiceStatus*> in_order(const std::vector<ServiceStatus>& services,
                                           bool sorted) {
  return ordered(services, sorted);
}

std::vector<const DestinationStatus*> in_order(const std::vector<DestinationStatus>& destinations,
                                               bool sorted) {
  return ordered(destinations, sorted);
}

}  // namespace lvslab::ipvs
