#include "emulator/report/sequence.hh"

#include <algorithm>
#include <vector>

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
using scenario::Change;
using scenario::Hop;
using scenario::Journey;

// Lifelines, in the order in which packets first meet the hosts.
class Lifelines {
 public:
  explicit Lifelines(const std::vector<Journey>& journeys) {
    for (const auto& journey : journeys) {
      for (const auto& hop : journey.hops) {
        if (std::find(hosts_.begin(), hosts_.end(), hop.host) == hosts_.end()) {
          hosts_.push_back(hop.host);
        }
      }
    }
  }
  std::string of(const Hop& hop) const {
    const auto at = std::find(hosts_.begin(), hosts_.end(), hop.host);
    return "p" + std::to_string(at - hosts_.begin());
  }
  // All of them, for a note that spans the diagram.
  std::string all() const {
    return hosts_.size() == 1 ? "p0" : "p0,p" + std::to_string(hosts_.size() - 1);
  }
  const std::vector<std::string>& hosts() const { return hosts_; }

 private:
  std::vector<std::string> hosts_;
};

std::string change_text(const Change& change) {
  if (change.old_value.empty()) return change.field + " + " + change.new_value;
  if (change.new_value.empty()) return change.field + " – " + change.old_value;
  return change.field + " " + change.old_value + " → " + change.new_value;
}

std::string note_of(const Hop& hop) {
  std::vector<std::string> lines{mermaid_text(hop.did)};
  for (const auto& change : hop.changes) lines.push_back(mermaid_text(change_text(change)));
  return joined(lines, "<br/>");
}

std::string message(const std::string& from, std::string_view arrow, const std::string& to,
                    const Hop& hop) {
  return "  " + from + std::string(arrow) + to + ": " +
         mermaid_text(hop.packet.empty() ? "packet" : hop.packet) + "\n";
}

void draw(const Journey& journey, const Lifelines& lines, std::string& out) {
  if (journey.hops.empty()) return;
  out += "  Note over " + lines.all() + ": " +
         mermaid_text(journey.title + " → " + journey.disposition) + "\n";
  const Hop* before = nullptr;
  for (const auto& hop : journey.hops) {
    const auto here = lines.of(hop);
    if (before != nullptr) out += message(lines.of(*before), "->>", here, *before);
    if (const auto note = note_of(hop); !note.empty()) {
      out += "  Note over " + here + ": " + note + "\n";
    }
    before = &hop;
  }
  // It left its last host and nobody was seen to take it.
  if (!before->out.empty()) out += message(lines.of(*before), "-x", lines.of(*before), *before);
}
}  // namespace

std::string mermaid_text(std::string_view text) {
  constexpr std::string_view kPlain = " .,:/-_+=()[]$'!?";
  std::string out;
  for (const char c : visible(text)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool beyond_ascii = (static_cast<uint8_t>(c) & 0x80) != 0;
    if (letter || beyond_ascii || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += "#" + std::to_string(static_cast<int>(c)) + ";";
    }
  }
  return out;
}

std::string mermaid_sequence(const scenario::StepResult& step) {
  const Lifelines lines(step.journeys);
  std::string out = "sequenceDiagram\n";
  for (size_t i = 0; i < lines.hosts().size(); ++i) {
    out += "  participant p" + std::to_string(i) + " as " + mermaid_text(lines.hosts()[i]) + "\n";
  }
  for (const auto& journey : step.journeys) draw(journey, lines, out);
  return out;
}

}  // namespace lvslab::report
