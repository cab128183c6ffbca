#include "emulator/topology/document.hh"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "emulator/topology/nearest.hh"

namespace lvslab::topology {

namespace {

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    default:
      return "nothing";
  }
}

// Messages quote the file, which may hold line ends and what a terminal would obey.
std::string on_one_line(std::string message) {
  constexpr char kFirstPrintable = ' ', kDelete = '\x7f';
  for (char& c : message) {
    const bool control = (c >= 0 && c < kFirstPrintable) || c == kDelete;
    if (control) c = ' ';
  }
  return message;
}

// Aliases may stand inside what they name, and multiply.
constexpr int kDeepest = 8;
constexpr size_t kLongest = 1000;  // characters

void write_flow(const YAML::Node& node, int depth, std::string& text) {
  if (depth > kDeepest || text.size() > kLongest) {
    text += "...";
    return;
  }
  const char* separator = "";
  if (node.IsSequence()) {
    text += "[";
    for (const auto& item : node) {
      text += std::exchange(separator, ", ");
      write_flow(item, depth + 1, text);
    }
    text += "]";
  } else if (node.IsMap()) {
    text += "{";
    for (const auto& pair : node) {
      text += std::exchange(separator, ", ");
      write_flow(pair.first, depth + 1, text);
      text += pair.second.IsNull() ? ":" : ": ";
      write_flow(pair.second, depth + 1, text);
    }
    text += "}";
  } else if (node.IsScalar()) {
    const size_t begin = text.size();
    text += node.Scalar();
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), '\n', ' ');
  }
}

}  // namespace

Document::Document(std::string_view text, std::string name) : file(std::move(name)) {
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

void Document::mistake(Place place, std::string message) {
  mistakes.push_back({place, on_one_line(std::move(message))});
}

void Document::warning(Place place, std::string message) {
  message = on_one_line(std::move(message));
  const auto same = [&](const Mistake& one) { return one.message == message; };
  if (std::none_of(warnings.begin(), warnings.end(), same)) {
    warnings.push_back({place, std::move(message)});
  }
}

Value::Value(YAML::Node node, Document& document, std::string called, Place key_place)
    : node_(std::move(node)),
      document_(&document),
      called_(std::move(called)),
      key_place_(key_place),
      place_(node_.IsNull() ? key_place : place_of(node_.Mark())) {}

std::optional<std::string> Value::text(std::string_view wanted) const {
  if (is_text()) return raw();
  wants(wanted);
  return {};
}

std::vector<Value> Value::items(std::string_view wanted) const {
  if (!is_list()) {
    wants(wanted);
    return {};
  }
  std::vector<Value> found;
  for (const auto& item : node_)
    found.emplace_back(item, *document_, called_, place_of(item.Mark()));
  return found;
}

std::vector<Value> Value::one_or_more() const {
  if (is_list()) return items("");
  return {*this};
}

void Value::wrong(std::string message) const {
  document_->mistake(place_, std::move(message));
}

void Value::wants(std::string_view wanted) const {
  wrong(called_ + " wants " + std::string(wanted) + ", not " + kind_of(node_));
}

Place Value::inside(size_t line, size_t column) const {
  Place at = place_;
  if (at.line < 1 || static_cast<size_t>(at.line) > document_->lines.size()) return at;
  const std::string& first = document_->lines[static_cast<size_t>(at.line) - 1];
  auto start = static_cast<size_t>(at.column) - 1;
  // Past an anchor or a tag to the text's own beginning.
  while (start < first.size() && (first[start] == '&' || first[start] == '!')) {
    start = first.find_first_not_of(' ', std::min(first.find(' ', start), first.size()));
  }
  if (start >= first.size()) return at;
  if (first[start] == '>') return at;  // folded: its lines are not the file's
  if (first[start] == '|') {
    // Line n of a literal block is the nth below its indicator, indented as its first one is.
    const auto below = static_cast<size_t>(at.line) + line;
    if (below >= document_->lines.size()) return at;
    size_t indent = std::string::npos;
    for (size_t i = static_cast<size_t>(at.line); i < document_->lines.size(); ++i) {
      indent = document_->lines[i].find_first_not_of(' ');
      if (indent != std::string::npos) break;
    }
    return {at.line + 1 + static_cast<int>(line), static_cast<int>(indent + column) + 1};
  }
  if (first[start] == '"' || first[start] == '\'') ++start;
  return {at.line, static_cast<int>(start + column) + 1};
}

std::string Value::one_line() const {
  std::string text;
  write_flow(node_, 0, text);
  return text;
}

Mapping::Mapping(const Value& value, const KeyTable& table)
    : table_(&table), place_(value.key_place()) {
  std::vector<std::string_view> names;
  for (const Key& key : table.keys) names.push_back(key.name);
  if (!value.is_mapping()) {
    value.wants("a mapping with the keys " + listed(names));
    return;
  }
  read_entries(value, "key");
  for (const Entry& entry : entries_) {
    if (std::find(names.begin(), names.end(), entry.name) != names.end()) continue;
    value.document().mistake(entry.place, "unknown key '" + entry.name + "' in " +
                                              std::string(table.called) +
                                              suggestion(entry.name, names));
  }
  for (const Key& key : table.keys) {
    if (!key.required || find(key.name)) continue;
    value.document().mistake(place_,
                             value.called() + " lacks the key '" + std::string(key.name) + "'");
  }
}

Mapping::Mapping(const Value& value, std::string_view wanted, std::string_view each)
    : place_(value.key_place()) {
  if (value.is_mapping()) {
    read_entries(value, each);
  } else {
    value.wants(wanted);
  }
}

void Mapping::read_entries(const Value& value, std::string_view each) {
  for (const auto& pair : value.node_) {
    const Place at = place_of(pair.first.Mark());
    if (!pair.first.IsScalar()) {
      value.document().mistake(
          at, "a " + std::string(each) + " has a name, not " + kind_of(pair.first));
      continue;
    }
    const std::string& name = pair.first.Scalar();
    const auto same = [&](const Entry& entry) { return entry.name == name; };
    const auto earlier = std::find_if(entries_.begin(), entries_.end(), same);
    if (earlier != entries_.end()) {
      value.document().mistake(at, std::string(each) + " '" + name +
                                       "' stands here twice; the first is in line " +
                                       std::to_string(earlier->place.line));
      continue;
    }
    const std::string called =
        each == "key" ? "'" + name + "'" : std::string(each) + " '" + name + "'";
    entries_.push_back({name, at, Value(pair.second, value.document(), called, at)});
  }
}

std::optional<Value> Mapping::find(std::string_view key) const {
  const auto known = [&](const Key& one) { return one.name == key; };
  if (table_ != nullptr && std::none_of(table_->keys.begin(), table_->keys.end(), known)) {
    throw std::logic_error("key not in its table: " + std::string(key));
  }
  for (const Entry& entry : entries_) {
    if (entry.name == key) return entry.value;
  }
  return {};
}

}  // namespace lvslab::topology
