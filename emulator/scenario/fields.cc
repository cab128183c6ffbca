#include "emulator/scenario/fields.hh"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <span>
#include <unordered_map>

#include "emulator/scenario/field_rows.hh"
#include "emulator/topology/field_names.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

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
  return field_rows().subspan(first, count);
}

}  // namespace

const std::vector<Field>& all_fields() {
  // Rows of one name stand together.
  static const std::vector<Field> all = [] {
    std::vector<Field> list;
    for (size_t i = 0; i < field_rows().size(); ++i) {
      if (list.empty() || list.back().name() != field_rows()[i].name) list.push_back(Field(i, 0));
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
  return field_rows()[first_].name;
}

Kind Field::kind() const {
  return field_rows()[first_].kind;
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
  for (const Row& row : field_rows()) {
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
