#include "emulator/fuzz/write_lab.hh"

#include <sstream>
#include <stdexcept>

#include "emulator/lab/lab.hh"

namespace lvslab::fuzz {

namespace {

std::string hexadecimal(const std::vector<uint8_t>& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 6 || i == 12 || i == 14) text += ' ';  // MACs, type, the rest
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string text_of(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 ? std::to_string(count) + "ms" : std::to_string(count / 1000) + "s";
}

struct Writer {
  std::string operator()(const topology::Request& a) const {
    std::string text = "request: {from: " + a.from + ", to: \"" + a.to.to_string() + "\"";
    if (a.transport == topology::Transport::udp) text += ", over: udp";
    if (a.count != 1) text += ", count: " + std::to_string(a.count);
    if (a.at_once != 1) text += ", at-once: " + std::to_string(a.at_once);
    if (a.size != 0) text += ", size: " + std::to_string(a.size);
    if (!a.dont_fragment) text += ", dont-fragment: false";
    if (a.source_port != 0) text += ", source-port: " + std::to_string(a.source_port);
    if (!a.keep.empty()) text += ", keep: " + a.keep;
    return text + ", timeout: " + text_of(a.timeout) + "}";
  }
  std::string operator()(const topology::Continue& a) const {
    return "continue: {kept: " + a.kept + (a.size ? ", size: " + std::to_string(a.size) : "") +
           (a.at_once > 1 ? ", at-once: " + std::to_string(a.at_once) : "") +
           ", timeout: " + text_of(a.timeout) + "}";
  }
  std::string operator()(const topology::Ping& a) const {
    return "ping: {from: " + a.from + ", to: \"" + a.to.to_string() +
           "\", count: " + std::to_string(a.count) + ", timeout: " + text_of(a.timeout) + "}";
  }
  std::string operator()(const topology::ArpProbe& a) const {
    return "arp-probe: {from: " + a.from + ", address: " + a.address.to_string() + "}";
  }
  std::string operator()(const topology::ApplyRules& a) const {
    std::string text = "rules:";
    for (const auto& given : a.given) {
      text += "\n      " + given.director + ":";
      for (const auto& rule : given.rules) text += "\n        - \"" + rule.text + "\"";
    }
    return text;
  }
  std::string operator()(const topology::Life& a) const {
    constexpr const char* kNames[] = {"stop", "start", "restart"};
    return std::string(kNames[static_cast<size_t>(a.change)]) + ": " + a.host;
  }
  std::string operator()(const topology::SendFrames& a) const {
    std::string text = "frames:\n      from: \"" + a.host + ":" + a.interface + "\"\n      bytes:";
    for (const auto& frame : a.frames) text += "\n        - \"" + hexadecimal(frame) + "\"";
    return text;
  }
  std::string operator()(const topology::SetWires& a) const {
    const auto& [host, interface, wires] = a.ports.front();
    const std::string port = "\"" + host + ":" + interface + "\"";
    if (a.deed == topology::SetWires::Deed::cut) return "cut: " + port;
    if (a.deed == topology::SetWires::Deed::mend) return "mend: " + port;
    // "{delay: 10ms}", with whose it is.
    return "wire: {of: " + port + ", " + topology::to_string(wires.out).substr(1);
  }
  std::string operator()(const topology::Await& a) const {
    return "await: {connections: " + std::to_string(a.connections) + ", at: " + a.director +
           ", timeout: " + text_of(a.timeout) + "}";
  }
  std::string operator()(const topology::Wait& a) const { return "wait: " + text_of(a.time); }
  template <class Other>
  std::string operator()(const Other&) const {
    throw std::logic_error("a story does not hold such a step");
  }
};

// "after: 20ms", and what is done then.
std::string item_of(const topology::Meanwhile& one) {
  std::string text = "\n" + std::visit(Writer{}, one.action);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5)
    text.insert(at + 1, at == 0 ? "        " : "    ");
  return "      - after: " + text_of(one.after) + text + "\n";
}

// The text without the top-level key `scenario` and what stands below it.
std::string without_scenario(const std::string& text) {
  std::istringstream in(text);
  std::string kept;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    const bool top = !line.empty() && line[0] != ' ' && line[0] != '#' && line[0] != '-';
    if (top) inside = line.starts_with("scenario:");
    if (!inside) kept += line + "\n";
  }
  while (kept.ends_with("\n\n")) kept.pop_back();
  return kept;
}

// Of those that lost their power in the story, and did not get it again.
bool runs_at_the_end(const topology::Topology& story, const std::string& host) {
  bool runs = true;
  const auto see = [&](const topology::Action& action) {
    const auto* life = std::get_if<topology::Life>(&action);
    if (life && life->host == host) runs = life->change != topology::Life::Change::stop;
  };
  for (const auto& step : story.scenario) {
    see(step.action);
    for (const auto& one : step.meanwhile) see(one.action);
  }
  return runs;
}

}  // namespace

std::vector<topology::Step> steps_that_show(const Found& found) {
  auto steps = found.story.scenario;
  if (found.trouble.name != kExpires) return steps;
  topology::Step rest;
  rest.name = "nobody does anything";
  rest.action = topology::Wait{lab::kRest};
  steps.push_back(std::move(rest));
  for (const auto& host : found.story.hosts) {
    if (host.role != topology::Role::director || !runs_at_the_end(found.story, host.name)) continue;
    topology::Step step;
    step.name = "nothing is left at " + host.name;
    step.action = topology::Await{host.name, 0, std::chrono::seconds(1)};
    steps.push_back(std::move(step));
  }
  return steps;
}

std::string write_lab(const std::string& text, const std::vector<topology::Step>& story,
                      const std::string& holds, const std::vector<std::string>& heading) {
  std::string written;
  for (const auto& line : heading) written += "# " + line + "\n";
  if (!heading.empty()) written += "#\n";
  written += without_scenario(text) + "\nscenario:\n";
  for (const auto& step : story) {
    written += "  - step: \"" + step.name + "\"\n    " + std::visit(Writer{}, step.action) + "\n";
    if (!step.meanwhile.empty()) written += "    meanwhile:\n";
    for (const auto& one : step.meanwhile) written += item_of(one);
    if (!holds.empty()) written += "    expect: [holds: " + holds + "]\n";
  }
  return written;
}

}  // namespace lvslab::fuzz
