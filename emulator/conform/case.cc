#include "emulator/conform/case.hh"

#include <charconv>
#include <cstdio>

#include "emulator/base/error.hh"
#include "emulator/wire/describe.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kLongestFrame = 65535 + 14;
constexpr double kLongestWait = 24.0 * 60 * 60;

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const auto word = rest.substr(0, rest.find_first_of(" \t"));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

class Reader {
 public:
  Reader(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  Case read() {
    while (!text_.empty()) {
      const size_t end = text_.find('\n');
      ++line_;
      read_line(text_.substr(0, end));
      text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end + 1);
    }
    if (read_.interfaces.empty()) fail("no interface: a case begins with `interface NAME MAC MTU`");
    return std::move(read_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw UsageError(file_ + ":" + std::to_string(line_) + ": " + what);
  }

  void read_line(std::string_view line) {
    auto rest = trimmed(line.substr(0, line.find('#')));
    if (rest.empty()) return;
    const auto verb = take_word(rest);
    if (verb == "case") {
      read_.name = rest;
    } else if (verb == "interface") {
      read_interface(rest);
    } else if (verb == "neighbour") {
      read_neighbour(rest);
    } else if (verb == "route") {
      const auto to = wire::Prefix::parse(take_word(rest));
      const auto via = wire::IpAddress::parse(rest);
      if (!to || !via) fail("route PREFIX/LENGTH GATEWAY");
      read_.routes.push_back({*to, *via});
    } else if (verb == "mark") {
      const auto mark = number<uint32_t>(take_word(rest), 1, 0xffffffff);
      const auto to = wire::Prefix::parse(rest);
      if (!to) fail("mark NUMBER PREFIX/LENGTH");
      read_.marks.push_back({mark, *to});
    } else if (verb == "forwarding") {
      if (rest != "0" && rest != "1") fail("forwarding 0|1");
      read_.forwarding = rest == "1";
    } else {
      read_event(verb, rest);
    }
  }

  void read_interface(std::string_view rest) {
    Interface interface;
    interface.name = take_word(rest);
    const auto mac = wire::parse_mac(take_word(rest));
    interface.mtu = number<uint32_t>(take_word(rest), 68, 65535);
    if (!mac || interface.name.size() > 15) fail("interface NAME MAC MTU [ADDRESS/LENGTH]...");
    interface.mac = *mac;
    while (!rest.empty()) {
      const auto address = wire::Prefix::parse(take_word(rest));
      if (!address) fail("an address of an interface is ADDRESS/LENGTH");
      interface.addresses.push_back(*address);
    }
    read_.interfaces.push_back(std::move(interface));
  }

  void read_neighbour(std::string_view rest) {
    const uint32_t at = port(take_word(rest));
    const auto address = wire::IpAddress::parse(take_word(rest));
    const auto mac = wire::parse_mac(rest);
    if (!address || !mac) fail("neighbour INTERFACE ADDRESS MAC");
    read_.neighbours.push_back({at, *address, *mac});
  }

  void read_event(std::string_view verb, std::string_view rest) {
    Event event;
    event.text = rest;
    if (verb == "load" || verb == "rule") {
      event.kind = EventKind::rule;
    } else if (verb == "sysctl") {
      event.kind = EventKind::sysctl;
      if (rest.find(' ') == std::string_view::npos) fail("sysctl NAME VALUE");
    } else if (verb == "list") {
      event.kind = EventKind::listing;
    } else if (verb == "in") {
      event.kind = EventKind::frame;
      event.port = port(take_word(rest));
      event.text.clear();
      if (!from_hex(rest, event.bytes) || event.bytes.size() > kLongestFrame)
        fail("a frame is an even number of hex digits, at most 65549 bytes");
    } else if (verb == "wait") {
      event.pause = seconds(rest);
      event.text.clear();
    } else {
      fail("'" + std::string(verb) + "' is no word of a case");
    }
    read_.events.push_back(std::move(event));
  }

  uint32_t port(std::string_view name) const {
    for (uint32_t i = 0; i < read_.interfaces.size(); ++i)
      if (read_.interfaces[i].name == name) return i;
    fail("no interface '" + std::string(name) + "' so far");
  }

  template <class T>
  T number(std::string_view text, T least, T most) const {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
      fail("'" + std::string(text) + "' is not a number in range");
    return value;
  }

  Duration seconds(std::string_view text) const {
    const auto value = number<double>(text, 0.0, kLongestWait);
    return std::chrono::milliseconds(static_cast<int64_t>(value * 1000 + 0.5));
  }

  std::string_view text_;
  std::string file_;
  int line_ = 0;
  Case read_;
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool from_hex(std::string_view text, std::vector<uint8_t>& bytes) {
  bytes.clear();
  if (text.size() % 2) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return true;
}

size_t Case::frames() const {
  size_t count = 0;
  for (const Event& event : events) count += event.kind == EventKind::frame;
  return count;
}

Duration Case::length() const {
  Duration sum{};
  for (const Event& event : events) sum += event.pause;
  return sum;
}

Case parse_case(std::string_view text, const std::string& file) {
  return Reader(text, file).read();
}

std::string print(const Case& played, const Event& event) {
  char pause[32];
  switch (event.kind) {
    case EventKind::rule:
      return "rule " + event.text;
    case EventKind::sysctl:
      return "sysctl " + event.text;
    case EventKind::listing:
      return "list " + event.text;
    case EventKind::frame:
      return "in " + played.interfaces[event.port].name + " " + to_hex(event.bytes);
    case EventKind::wait:
      break;
  }
  std::snprintf(pause, sizeof pause, "wait %g", to_seconds(event.pause));
  return pause;
}

std::string print(const Case& played) {
  std::string text = "case " + played.name + "\n";
  for (const Interface& interface : played.interfaces) {
    text += "interface " + interface.name + " " + wire::to_string(interface.mac) + " " +
            std::to_string(interface.mtu);
    for (const auto& address : interface.addresses) text += " " + address.to_string();
    text += "\n";
  }
  for (const Neighbour& neighbour : played.neighbours)
    text += "neighbour " + played.interfaces[neighbour.port].name + " " +
            neighbour.address.to_string() + " " + wire::to_string(neighbour.mac) + "\n";
  for (const Route& route : played.routes)
    text += "route " + route.to.to_string() + " " + route.via.to_string() + "\n";
  for (const Mark& mark : played.marks)
    text += "mark " + std::to_string(mark.mark) + " " + mark.to.to_string() + "\n";
  text += std::string("forwarding ") + (played.forwarding ? "1" : "0") + "\n";
  for (const Event& event : played.events) {
    if (event.kind == EventKind::frame) text += "# " + wire::describe(event.bytes) + "\n";
    text += print(played, event) + "\n";
  }
  return text;
}

}  // namespace lvslab::conform
