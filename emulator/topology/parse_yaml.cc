// From text to the one document that it must hold.

#include <yaml-cpp/eventhandler.h>

#include <sstream>

#include "emulator/topology/document.hh"

namespace lvslab::topology {

namespace {

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {1, 1};
  return {mark.line + 1, mark.column + 1};
}

// Hears where a document begins and whether anything is in it.
class Listener : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { begin_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { something_ = true; }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {
    something_ = true;
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    something_ = true;
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    something_ = true;
  }
  void OnMapEnd() override {}

  const YAML::Mark& begin() const { return begin_; }
  bool something() const { return something_; }

 private:
  YAML::Mark begin_ = YAML::Mark::null_mark();
  bool something_ = false;
};

// Looks at two documents at the most: yaml-cpp 0.7 goes on for ever where a document begins with a
// token that can't (","), each time with an empty document and no progress, which is also why
// YAML::LoadAll() is not used.
bool one_document(const std::string& text, Document& document) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Listener first, second;
  const bool any = parser.HandleNextDocument(first);
  if (!any || !parser.HandleNextDocument(second)) {
    if (first.something()) return true;
    document.mistake({1, 1}, "the file is empty; a lab has a name, networks and hosts");
    return false;
  }
  const Place place = place_of(second.begin());
  document.mistake(place, place == place_of(first.begin())
                              ? "not YAML: no document begins with this"
                              : "a second document begins here; a file is one lab");
  return false;
}

}  // namespace

std::optional<Value> parse_yaml(std::string_view text, Document& document) {
  try {
    const std::string whole(text);
    if (!one_document(whole, document)) return {};
    const YAML::Node node = YAML::Load(whole);
    return Value(node, document, "the lab", place_of(node.Mark()));
  } catch (const YAML::Exception& error) {
    document.mistake(place_of(error.mark), "not YAML: " + error.msg);
  }
  return {};
}

}  // namespace lvslab::topology
