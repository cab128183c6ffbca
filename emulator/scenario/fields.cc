#include "emulator/scenario/fields.hh"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <span>
#include <unordered_map>

#include "emulator/topology/field_names.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

// What a row's offset counts from. Rows of one field for different headers never apply at once.
enum class Header : uint8_t {
  ethernet,
  arp,
  outer4,
  outer6,
  ip4,
  ip6,
  tcp,
  udp,
  icmp,
  frag_needed,
  too_big,
  quoted4,
  quoted6,
  quoted_ports,
  payload
};

struct Row {
  std::string_view name;
  Kind kind;
  Header header;
  size_t at;           // bytes from the header's start
  size_t size;         // bytes
  uint32_t mask = 0;   // of a field that shares its bytes; 0: all bits
  uint32_t scale = 1;  // what the wire's unit is worth
  uint32_t plus = 0;   // what the wire leaves out
};

constexpr Row kRows[] = {
    {"eth.src", Kind::mac, Header::ethernet, 6, 6},
    {"eth.dst", Kind::mac, Header::ethernet, 0, 6},
    {"eth.type", Kind::ethertype, Header::ethernet, 12, 2},
    {"arp.op", Kind::operation, Header::arp, 6, 2},
    {"arp.sender-mac", Kind::mac, Header::arp, 8, 6},
    {"arp.sender-ip", Kind::address, Header::arp, 14, 4},
    {"arp.target-mac", Kind::mac, Header::arp, 18, 6},
    {"arp.target-ip", Kind::address, Header::arp, 24, 4},
    {"outer.src", Kind::address, Header::outer4, 12, 4},
    {"outer.src", Kind::address, Header::outer6, 8, 16},
    {"outer.dst", Kind::address, Header::outer4, 16, 4},
    {"outer.dst", Kind::address, Header::outer6, 24, 16},
    {"outer.ttl", Kind::number, Header::outer4, 8, 1},
    {"outer.ttl", Kind::number, Header::outer6, 7, 1},
    {"outer.tos", Kind::hexadecimal, Header::outer4, 1, 1},
    {"outer.tos", Kind::hexadecimal, Header::outer6, 0, 2, 0x0ff0, 1},
    {"outer.id", Kind::number, Header::outer4, 4, 2},
    {"outer.df", Kind::boolean, Header::outer4, 6, 2, 0x4000},
    {"outer.proto", Kind::protocol, Header::outer4, 9, 1},
    {"outer.proto", Kind::protocol, Header::outer6, 6, 1},
    {"outer.length", Kind::number, Header::outer4, 2, 2},
    {"outer.length", Kind::number, Header::outer6, 4, 2, 0, 1, 40},
    {"outer.version", Kind::number, Header::outer4, 0, 1, 0xf0},
    {"outer.version", Kind::number, Header::outer6, 0, 1, 0xf0},
    {"ip.src", Kind::address, Header::ip4, 12, 4},
    {"ip.src", Kind::address, Header::ip6, 8, 16},
    {"ip.dst", Kind::address, Header::ip4, 16, 4},
    {"ip.dst", Kind::address, Header::ip6, 24, 16},
    {"ip.ttl", Kind::number, Header::ip4, 8, 1},
    {"ip.ttl", Kind::number, Header::ip6, 7, 1},
    {"ip.tos", Kind::hexadecimal, Header::ip4, 1, 1},
    {"ip.tos", Kind::hexadecimal, Header::ip6, 0, 2, 0x0ff0},
    {"ip.id", Kind::number, Header::ip4, 4, 2},
    {"ip.df", Kind::boolean, Header::ip4, 6, 2, 0x4000},
    {"ip.mf", Kind::boolean, Header::ip4, 6, 2, 0x2000},
    {"ip.offset", Kind::number, Header::ip4, 6, 2, 0x1fff, 8},
    {"ip.proto", Kind::protocol, Header::ip4, 9, 1},
    {"ip.proto", Kind::protocol, Header::ip6, 6, 1},
    {"ip.length", Kind::number, Header::ip4, 2, 2},
    {"ip.length", Kind::number, Header::ip6, 4, 2, 0, 1, 40},
    {"ip.version", Kind::number, Header::ip4, 0, 1, 0xf0},
    {"ip.version", Kind::number, Header::ip6, 0, 1, 0xf0},
    {"tcp.src", Kind::number, Header::tcp, 0, 2},
    {"tcp.dst", Kind::number, Header::tcp, 2, 2},
    {"tcp.flags", Kind::flags, Header::tcp, 13, 1},
    {"tcp.seq", Kind::number, Header::tcp, 4, 4},
    {"tcp.ack", Kind::number, Header::tcp, 8, 4},
    {"udp.src", Kind::number, Header::udp, 0, 2},
    {"udp.dst", Kind::number, Header::udp, 2, 2},
    {"udp.length", Kind::number, Header::udp, 4, 2},
    {"icmp.type", Kind::number, Header::icmp, 0, 1},
    {"icmp.code", Kind::number, Header::icmp, 1, 1},
    {"icmp.mtu", Kind::number, Header::frag_needed, 6, 2},
    {"icmp.mtu", Kind::number, Header::too_big, 4, 4},
    {"quoted.src", Kind::address, Header::quoted4, 12, 4},
    {"quoted.src", Kind::address, Header::quoted6, 8, 16},
    {"quoted.dst", Kind::address, Header::quoted4, 16, 4},
    {"quoted.dst", Kind::address, Header::quoted6, 24, 16},
    {"quoted.sport", Kind::number, Header::quoted_ports, 0, 2},
    {"quoted.dport", Kind::number, Header::quoted_ports, 2, 2},
    {"quoted.proto", Kind::protocol, Header::quoted4, 9, 1},
    {"quoted.proto", Kind::protocol, Header::quoted6, 6, 1},
    {"payload", Kind::text, Header::payload, 0, 0},
};

std::optional<size_t> start(const std::optional<IpHeader>& ip, uint8_t version) {
  if (!ip || ip->version != version) return {};
  return ip->at;
}

std::optional<size_t> start(const std::optional<Part>& part) {
  if (!part) return {};
  return part->at;
}

// The ICMP message that carries a next-hop MTU: RFC 1191, 4 (version 4); RFC 4443, 3.2 (version 6).
std::optional<size_t> start_of_mtu(const Layers& layers, uint8_t version) {
  if (!layers.icmp || layers.ip->version != version) return {};
  const uint8_t type = layers.frame[layers.icmp->at];
  const uint8_t code = layers.frame[layers.icmp->at + 1];
  constexpr uint8_t kPacketTooBig = 2;
  const bool carries =
      version == 4 ? type == wire::icmp::kUnreachable && code == wire::icmp::kFragmentationNeeded
                   : type == kPacketTooBig;
  if (!carries) return {};
  return layers.icmp->at;
}

// Where the header stands in this frame; nothing if it has none.
std::optional<size_t> start_of(Header header, const Layers& layers) {
  switch (header) {
    case Header::ethernet:
      if (!layers.ethernet) return {};
      return 0;
    case Header::arp:
      return layers.arp;
    case Header::outer4:
      return start(layers.outer, 4);
    case Header::outer6:
      return start(layers.outer, 6);
    case Header::ip4:
      return start(layers.ip, 4);
    case Header::ip6:
      return start(layers.ip, 6);
    case Header::tcp:
      return start(layers.tcp);
    case Header::udp:
      return start(layers.udp);
    case Header::icmp:
      return start(layers.icmp);
    case Header::frag_needed:
      return start_of_mtu(layers, 4);
    case Header::too_big:
      return start_of_mtu(layers, 6);
    case Header::quoted4:
      return start(layers.quoted, 4);
    case Header::quoted6:
      return start(layers.quoted, 6);
    case Header::quoted_ports:
      return layers.quoted_ports;
    case Header::payload:
      return start(layers.payload);
  }
  return {};
}

uint32_t masked(const Row& row, const uint8_t* at) {
  uint32_t value = 0;
  for (size_t i = 0; i < row.size; ++i) value = value << 8 | at[i];
  if (row.mask == 0) return value;
  return (value & row.mask) >> std::countr_zero(row.mask);
}

std::string hexadecimal(uint32_t value, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*x", digits, value);
  return text;
}

std::string flags_text(uint32_t flags) {
  std::string text;
  for (const char letter : topology::kTcpFlagLetters)
    if (flags >> kFlagBits.find(letter) & 1) text += letter;
  return text.empty() ? "none" : text;
}

std::string operation_text(uint32_t operation) {
  if (operation == wire::arp::kRequest) return "request";
  if (operation == wire::arp::kReply) return "reply";
  return std::to_string(operation);
}

std::string text_of(const Row& row, const uint8_t* at) {
  if (row.kind == Kind::mac) return wire::to_string(wire::Mac(at));
  if (row.kind == Kind::address)
    return (row.size == 4 ? wire::IpAddress::v4_at(at) : wire::IpAddress::v6_at(at)).to_string();
  const uint32_t value = masked(row, at) * row.scale + row.plus;
  switch (row.kind) {
    case Kind::hexadecimal:
      return hexadecimal(value, 2);
    case Kind::boolean:
      return value ? "1" : "0";
    case Kind::flags:
      return flags_text(value);
    case Kind::ethertype:
      return hexadecimal(value, 4);
    case Kind::operation:
      return operation_text(value);
    default:
      return std::to_string(value);
  }
}

Value value_at(const Row& row, const uint8_t* at) {
  if (row.kind == Kind::mac) return value_of(wire::Mac(at));
  if (row.kind == Kind::address)
    return row.size == 4 ? wire::IpAddress::v4_at(at) : wire::IpAddress::v6_at(at);
  return uint64_t{masked(row, at) * row.scale + row.plus};
}

std::string payload_text(const Layers& layers) {
  const Bytes bytes = layers.bytes(*layers.payload);
  return {bytes.begin(), bytes.end()};
}

struct Found {
  const Row* row = nullptr;
  size_t at = 0;  // bytes from the frame's start
};

// The row that says where a field is in this frame; none if it has none. `rows`: the field's.
template <class StartOf>
Found find_row(std::span<const Row> rows, StartOf start) {
  for (const Row& row : rows)
    if (const std::optional<size_t> at = start(row.header)) return {&row, *at + row.at};
  return {};
}

std::span<const Row> rows(size_t first, size_t count) {
  return std::span(kRows).subspan(first, count);
}

// Where all headers of a frame stand: for many questions at once.
class Starts {
 public:
  explicit Starts(const Layers& layers) {
    for (size_t i = 0; i < starts_.size(); ++i)
      starts_[i] = start_of(static_cast<Header>(i), layers);
  }
  std::optional<size_t> operator()(Header header) const {
    return starts_[static_cast<size_t>(header)];
  }

 private:
  std::array<std::optional<size_t>, static_cast<size_t>(Header::payload) + 1> starts_;
};

}  // namespace

const std::vector<Field>& all_fields() {
  // Rows of one name stand together.
  static const std::vector<Field> all = [] {
    std::vector<Field> list;
    for (size_t i = 0; i < std::size(kRows); ++i) {
      if (list.empty() || list.back().name() != kRows[i].name) list.push_back(Field(i, 0));
      ++list.back().count_;
    }
    return list;
  }();
  return all;
}

std::optional<Field> Field::named(std::string_view name) {
  static const std::unordered_map<std::string_view, Field> by_name = [] {
    std::unordered_map<std::string_view, Field> all;
    for (const Field& field : all_fields()) all.emplace(field.name(), field);
    return all;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? std::nullopt : std::optional(found->second);
}

std::string_view Field::name() const {
  return kRows[first_].name;
}

Kind Field::kind() const {
  return kRows[first_].kind;
}

std::optional<Value> Field::value_in(const Layers& layers) const {
  const auto [row, at] =
      find_row(rows(first_, count_), [&](Header header) { return start_of(header, layers); });
  if (!row) return {};
  if (row->header == Header::payload) return payload_text(layers);
  return value_at(*row, layers.frame.data() + at);
}

std::optional<std::string> Field::text_in(const Layers& layers) const {
  const auto [row, at] =
      find_row(rows(first_, count_), [&](Header header) { return start_of(header, layers); });
  if (!row) return {};
  if (row->header == Header::payload) return payload_text(layers);
  return text_of(*row, layers.frame.data() + at);
}

std::optional<Kind> kind_of(std::string_view field) {
  const auto found = Field::named(field);
  return found ? std::optional(found->kind()) : std::nullopt;
}

const std::vector<std::string_view>& field_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    for (const Field& field : all_fields()) list.push_back(field.name());
    return list;
  }();
  return names;
}

std::optional<std::string> Decoded::field(std::string_view name) const {
  const auto field = Field::named(name);
  return field ? field->text_in(layers_) : std::nullopt;
}

namespace {

// Both frames have it with the same bytes, or neither has it: then their text needs no look.
bool surely_same(const Found& in_a, const Found& in_b, const Layers& a, const Layers& b) {
  if (in_a.row != in_b.row) return false;
  if (!in_a.row) return true;
  if (in_a.row->header == Header::payload) {
    const Bytes of_a = a.bytes(*a.payload), of_b = b.bytes(*b.payload);
    return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
  }
  const uint8_t* at = a.frame.data() + in_a.at;
  return std::equal(at, at + in_a.row->size, b.frame.data() + in_b.at);
}

}  // namespace

std::vector<Field> perhaps_different(const Layers& a, const Layers& b) {
  const Starts in_a(a), in_b(b);
  std::vector<Field> fields;
  for (const Field& field : all_fields()) {
    const auto where = rows(field.first_, field.count_);
    if (!surely_same(find_row(where, in_a), find_row(where, in_b), a, b)) fields.push_back(field);
  }
  return fields;
}

void cover_fields(const Layers& layers, std::vector<uint8_t>& mask) {
  const Starts starts(layers);
  for (const Row& row : kRows) {
    if (row.header == Header::payload) continue;
    const auto start = starts(row.header);
    if (!start) continue;
    for (size_t i = 0; i < row.size; ++i)
      mask[*start + row.at + i] |=
          row.mask == 0 ? uint8_t{0xff} : static_cast<uint8_t>(row.mask >> 8 * (row.size - 1 - i));
  }
}

std::string printable(std::string_view text, size_t most) {
  std::string line;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      line += c;
    } else {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
      line += escaped;
    }
  }
  if (text.size() > most) line += "... (" + std::to_string(text.size()) + " bytes)";
  return line;
}

}  // namespace lvslab::scenario
