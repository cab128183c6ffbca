#pragma once
// A YAML file as the reader walks it: values that know where they stand and what they are called,
// and one list for all that is wrong. yaml-cpp is used here and nowhere else.
//
// yaml-cpp keeps the keys of a mapping in the order of the file, duplicates included; marks count
// from 0 and stand at the anchor or tag where there is one; an empty value's mark is that of the
// next token, so what is wrong with it is told at its key.

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/topology/keys.hh"
#include "emulator/topology/mistake.hh"

namespace lvslab::topology {

// What mistakes left out of the topology: later parts don't complain of its absence.
struct Gaps {
  bool hosts = false;
  bool roles = false;
  bool addresses = false;
  bool services = false;
  bool rules = false;
};

// The text being read and what was found wrong with it so far.
struct Document {
  std::string file;
  std::vector<std::string> lines;  // of the text
  std::vector<Mistake> mistakes;
  std::vector<Mistake> warnings;
  Gaps gaps;

  Document(std::string_view text, std::string name);
  void mistake(Place place, std::string message);
  // The same warning of several rules is told at the first.
  void warning(Place place, std::string message);
};

class Value {
 public:
  // `called`: the value's name in messages ("'count'"); `key_place`: of its key, or of itself.
  Value(YAML::Node node, Document& document, std::string called, Place key_place);

  Place place() const { return place_; }          // where the value begins
  Place key_place() const { return key_place_; }  // where its name does
  const std::string& called() const { return called_; }
  Value as(std::string called) const {  // the same, called otherwise
    Value other = *this;
    other.called_ = std::move(called);
    return other;
  }
  Document& document() const { return *document_; }

  bool is_empty() const { return node_.IsNull(); }
  bool is_text() const { return node_.IsScalar(); }
  bool is_list() const { return node_.IsSequence(); }
  bool is_mapping() const { return node_.IsMap(); }
  size_t size() const { return node_.size(); }               // of a mapping: duplicate keys counted
  const std::string& raw() const { return node_.Scalar(); }  // is_text() only

  // A scalar's text. Anything else is a mistake: "'from' wants WANTED, not a list".
  std::optional<std::string> text(std::string_view wanted) const;
  // A list's items, each called as the list is. Anything else is a mistake.
  std::vector<Value> items(std::string_view wanted) const;
  // A list's items, or the one value that stands in its place.
  std::vector<Value> one_or_more() const;

  // A mistake at the value (at its key where it is empty).
  void wrong(std::string message) const;
  // "'count' wants a whole number, not 'many'".
  void wants(std::string_view wanted) const;
  void warn(std::string message) const { document_->warning(place_, std::move(message)); }

  // Where line `line` and column `column` (from 0) of a scalar's text stand in the file.
  Place inside(size_t line, size_t column) const;
  // As it would be written on one line.
  std::string one_line() const;

 private:
  friend class Mapping;
  YAML::Node node_;
  Document* document_;
  std::string called_;
  Place key_place_;
  Place place_;
};

struct Entry {
  std::string name;
  Place place;  // of the name
  Value value;
};

// A mapping, checked when made: kind, duplicate keys, and against a table unknown and missing keys.
class Mapping {
 public:
  Mapping(const Value& value, const KeyTable& table);
  // A mapping whose keys are names: `wanted` "a mapping from names to networks", `each` "network".
  Mapping(const Value& value, std::string_view wanted, std::string_view each);

  const std::vector<Entry>& entries() const { return entries_; }
  // Nothing when the key is absent. `key` must stand in the table.
  std::optional<Value> find(std::string_view key) const;
  Place place() const { return place_; }  // where what is missing is missed

 private:
  void read_entries(const Value& value, std::string_view each);

  std::vector<Entry> entries_;
  const KeyTable* table_ = nullptr;
  Place place_;
};

// The one document of the text, or nothing after a mistake.
std::optional<Value> parse_yaml(std::string_view text, Document& document);

}  // namespace lvslab::topology
