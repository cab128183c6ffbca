#include "emulator/report/hop_table.hh"

#include <algorithm>

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
using scenario::Change;
using scenario::Hop;
using scenario::Journey;

constexpr size_t kIndent = 2;
constexpr size_t kGap = 2;
constexpr size_t kLeastDid = 24;

std::string ports_of(const Hop& hop) {
  return joined({hop.in, ">", hop.out}, " ");
}
std::string time_of(const Hop& hop) {
  return fixed(hop.at * 1000, 3);
}

struct Columns {
  size_t time = 6, host = 4, ports = 8;
  size_t did = kLeastDid;  // the width that is left
  size_t before_did() const { return kIndent + 2 + time + kGap + host + kGap + ports + kGap; }
};

Columns columns_for(const std::vector<Journey>& journeys, size_t width) {
  Columns found;
  for (const auto& journey : journeys) {
    for (const auto& hop : journey.hops) {
      found.time = std::max(found.time, columns(time_of(hop)));
      found.host = std::max(found.host, columns(hop.host));
      found.ports = std::max(found.ports, columns(ports_of(hop)));
    }
  }
  const auto before = found.before_did();
  found.did = width > before + kLeastDid ? width - before : kLeastDid;
  return found;
}

class Table {
 public:
  Table(std::ostream& out, const Painter& paint, const Columns& columns)
      : out_(out), paint_(paint), columns_(columns) {}

  void print(const Journey& journey) {
    heading(journey);
    row(Ink::dim, "ms", "host", "in > out", "what it did");
    bool first = true;
    for (const auto& hop : journey.hops) {
      row(Ink::plain, time_of(hop), hop.host, ports_of(hop), hop.did);
      if (first && !hop.packet.empty()) below(Ink::dim, hop.packet);
      first = false;
      changes(hop.changes);
    }
  }

 private:
  void heading(const Journey& journey) {
    const bool arrived = journey.disposition.starts_with("delivered");
    const auto ink = arrived ? Ink::green : Ink::yellow;
    const auto width = columns_.before_did() + columns_.did - kIndent;
    const std::string indent(kIndent, ' ');
    const auto whole = columns(journey.title) + columns(journey.disposition) + 3;
    if (whole <= width) {
      out_ << indent << paint_(Ink::bold, journey.title) << " → "
           << paint_(ink, journey.disposition) << "\n";
      return;
    }
    for (const auto& line : wrapped(journey.title, width)) {
      out_ << indent << paint_(Ink::bold, line) << "\n";
    }
    for (const auto& line : wrapped("→ " + journey.disposition, width)) {
      out_ << indent << paint_(ink, line) << "\n";
    }
  }

  void row(Ink ink, const std::string& time, const std::string& host, const std::string& ports,
           const std::string& did) {
    const auto lines = wrapped(did, columns_.did);
    const std::string gap(kGap, ' ');
    const auto right = std::string(columns_.time - std::min(columns_.time, columns(time)), ' ');
    out_ << std::string(kIndent + 2, ' ') << right << paint_(Ink::dim, time) << gap
         << paint_(ink, padded_to(host, columns_.host)) << gap
         << paint_(ink, padded_to(ports, columns_.ports)) << gap << paint_(ink, lines[0]) << "\n";
    for (size_t i = 1; i < lines.size(); ++i) put_below(paint_(ink, lines[i]));
  }

  void put_below(const std::string& painted) {
    out_ << std::string(columns_.before_did(), ' ') << painted << "\n";
  }
  void below(Ink ink, const std::string& text) {
    for (const auto& line : wrapped(text, columns_.did)) put_below(paint_(ink, line));
  }

  void changes(const std::vector<Change>& changed) {
    size_t longest = 0;
    for (const auto& change : changed) longest = std::max(longest, columns(change.field));
    longest = std::min(longest, columns_.did / 2);
    for (const auto& change : changed) this->change(change, longest);
  }

  void change(const Change& change, size_t field_width) {
    const auto field = padded_to(change.field, field_width) + "  ";
    if (change.old_value.empty()) return value(field, "+ ", change.new_value, Ink::bold);
    if (change.new_value.empty()) return value(field, "– ", change.old_value, Ink::bold);
    const auto whole = columns(field + change.old_value + change.new_value) + 3;
    if (whole <= columns_.did) {
      put_below(field + change.old_value + paint_(Ink::dim, " → ") +
                paint_(Ink::bold, change.new_value));
      return;
    }
    value(field, "", change.old_value, Ink::plain);
    value(std::string(columns(field), ' '), "→ ", change.new_value, Ink::bold);
  }

  // A value that may need several lines, all below each other.
  void value(const std::string& field, const std::string& sign, const std::string& text, Ink ink) {
    const auto before = columns(field) + columns(sign);
    const auto width = columns_.did > before + 8 ? columns_.did - before : 8;
    bool first = true;
    for (const auto& line : wrapped(text, width)) {
      put_below((first ? field + sign : std::string(before, ' ')) + paint_(ink, line));
      first = false;
    }
  }

  std::ostream& out_;
  const Painter& paint_;
  const Columns& columns_;
};
}  // namespace

void print_journeys(std::ostream& out, const std::vector<Journey>& journeys, const Painter& paint,
                    size_t width) {
  const auto columns = columns_for(journeys, width);
  Table table(out, paint, columns);
  for (const auto& journey : journeys) {
    table.print(journey);
    out << "\n";
  }
}

}  // namespace lvslab::report
