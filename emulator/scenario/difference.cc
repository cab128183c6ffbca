#include "emulator/scenario/difference.hh"

#include <algorithm>
#include <cstdio>

#include "emulator/scenario/fields.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::scenario {

namespace {

// One header of both frames, or what stands in its place.
struct Pair {
  std::string_view name;
  Part before, after;
};

Part header_part(const std::optional<IpHeader>& ip) {
  return ip ? Part{ip->at, ip->header} : Part{};
}

// From the quoted header to the end of the error's packet.
Part quoted_part(const Layers& layers) {
  if (!layers.quoted) return {};
  return {layers.quoted->at, layers.ip->end() - layers.quoted->at};
}

// What stands behind the Ethernet header of a frame that is neither IP nor ARP.
Part opaque_part(const Layers& layers) {
  if (layers.ip || layers.arp || !layers.ethernet) return {};
  return {wire::kEthernetSize, layers.frame.size() - wire::kEthernetSize};
}

std::vector<Pair> pairs_of(const Layers& before, const Layers& after) {
  const auto both = [&](auto part) { return std::pair{part(before), part(after)}; };
  std::vector<Pair> pairs;
  const auto add = [&](std::string_view name, std::pair<Part, Part> parts) {
    if (parts.first.size && parts.second.size) pairs.push_back({name, parts.first, parts.second});
  };
  using L = const Layers&;
  add("eth", both([](L l) { return Part{0, l.ethernet ? wire::kEthernetSize : 0}; }));
  add("arp", both([](L l) { return l.arp ? Part{*l.arp, wire::kArpSize} : Part{}; }));
  add("outer", both([](L l) { return header_part(l.outer); }));
  add("ip", both([](L l) { return header_part(l.ip); }));
  add("tcp", both([](L l) { return l.tcp.value_or(Part{}); }));
  add("udp", both([](L l) { return l.udp.value_or(Part{}); }));
  add("icmp", both([](L l) { return l.icmp.value_or(Part{}); }));
  add("quoted", both(quoted_part));
  add("frame", both(opaque_part));
  return pairs;
}

// The bits of a frame that named fields and checksums account for.
std::vector<uint8_t> accounted(const Layers& layers, const Sums& sums) {
  std::vector<uint8_t> mask(layers.frame.size(), 0);
  cover_fields(layers, mask);
  for (const Sum& sum : sums) mask[sum.at] = mask[sum.at + 1] = 0xff;
  return mask;
}

std::string stray(const Pair& pair, size_t i, uint8_t was, uint8_t is) {
  char text[96];
  std::snprintf(text, sizeof text, "byte %zu (%.*s + %zu): 0x%02x -> 0x%02x", pair.after.at + i,
                static_cast<int>(pair.name.size()), pair.name.data(), i, was, is);
  return text;
}

// A header of another size is one stray; its bytes are compared as far as both go.
void compare_bytes(const Pair& pair, const Layers& before, const Layers& after,
                   const std::vector<uint8_t>& known, std::vector<std::string>& strays) {
  if (pair.before.size != pair.after.size)
    strays.push_back(std::string(pair.name) + " header: " + std::to_string(pair.before.size) +
                     " -> " + std::to_string(pair.after.size) + " bytes");
  for (size_t i = 0; i < std::min(pair.before.size, pair.after.size); ++i) {
    const uint8_t was = before.frame[pair.before.at + i];
    const uint8_t is = after.frame[pair.after.at + i];
    if ((was ^ is) & ~known[pair.after.at + i]) strays.push_back(stray(pair, i, was, is));
  }
}

// A checksum that only one of the two has is judged by itself.
bool follows(const Sum* before, const Sum& after, const Side& was, const Side& is) {
  const bool transport = after.of == "tcp" || after.of == "udp" || after.of == "icmp";
  if (transport && (was.partial || is.partial)) return is.partial || after.right || !after.judged;
  if (after.absent) return before == nullptr || before->absent;
  if (before && before->absent) return after.right || !after.judged;  // masquerading fills it in
  if (after.right || (before && after.residue == before->residue)) return true;
  if (!before) return !after.judged;
  // A quoted header is never judged; an edit may still set it right.
  return after.of == "quoted" && after.residue == 0xffff;
}

void compare_sums(const Side& before, const Side& after, const Sums& old_sums, const Sums& new_sums,
                  std::vector<std::string>& wrong) {
  for (const Sum& sum : new_sums) {
    const auto old = std::find_if(old_sums.begin(), old_sums.end(),
                                  [&](const Sum& other) { return other.of == sum.of; });
    if (follows(old == old_sums.end() ? nullptr : &*old, sum, before, after)) continue;
    wrong.push_back(sum.absent ? "udp checksum taken away"
                               : sum.to_string() + ": it does not follow from the changes");
  }
}

// An outer header that was put on has nothing but the packet behind it.
void check_added(const Layers& before, const Layers& after, std::vector<std::string>& strays) {
  if (before.outer || !after.outer) return;
  const size_t carried = after.outer->total - after.outer->header;
  if (carried != after.ip->total)
    strays.push_back("outer header carries " + std::to_string(carried) + " bytes, the packet has " +
                     std::to_string(after.ip->total));
}

// Of two long payloads only where they part is worth a line.
Change payload_change(std::string_view was, std::string_view is) {
  const auto parted = std::mismatch(was.begin(), was.end(), is.begin(), is.end());
  const auto at = static_cast<size_t>(parted.first - was.begin());
  const std::string from = at ? "[from byte " + std::to_string(at) + "] " : "";
  return {"payload", from + printable(was.substr(at)), from + printable(is.substr(at))};
}

}  // namespace

std::vector<Change> changed_fields(const Layers& before, const Layers& after) {
  std::vector<Change> changes;
  for (const Field& field : perhaps_different(before, after)) {
    const auto was = field.text_in(before), is = field.text_in(after);
    if (was == is) continue;
    if (was && is && field.kind() == Kind::text)
      changes.push_back(payload_change(*was, *is));
    else
      changes.push_back(
          {std::string(field.name()), printable(was.value_or("")), printable(is.value_or(""))});
  }
  return changes;
}

Difference difference(const Side& before, const Side& after) {
  Difference found;
  found.fields = changed_fields(before.layers, after.layers);
  const auto old_sums = sums_of(before.layers, before.partial);
  const auto new_sums = sums_of(after.layers, after.partial);
  const auto known = accounted(after.layers, new_sums);
  for (const Pair& pair : pairs_of(before.layers, after.layers))
    compare_bytes(pair, before.layers, after.layers, known, found.strays);
  check_added(before.layers, after.layers, found.strays);
  compare_sums(before, after, old_sums, new_sums, found.checksums);
  return found;
}

}  // namespace lvslab::scenario
