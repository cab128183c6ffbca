#include "emulator/conform/ours.hh"

#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/conform/listing.hh"
#include "emulator/ipvs/ipvsadm.hh"
#include "emulator/node/director_rules.hh"
#include "emulator/node/introduce.hh"

namespace lvslab::conform {

namespace {

host::HostConfig config_of(const Case& surroundings) {
  host::HostConfig config;
  config.name = "director";
  for (const Interface& interface : surroundings.interfaces)
    config.interfaces.push_back(
        {interface.name, interface.mac, interface.mtu, interface.addresses, {}});
  for (const Route& route : surroundings.routes) config.routes.push_back({route.to, route.via, {}});
  config.forwarding = surroundings.forwarding;
  return config;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

class Ours::Sink : public node::Outbox {
 public:
  void send(uint32_t port, wire::Frame frame) override {
    const auto bytes = frame.bytes();
    answer.frames.push_back({port, {bytes.begin(), bytes.end()}});
  }
  Answer answer;
};

Ours::Ours(const Case& surroundings) : node_(config_of(surroundings)) {
  const auto config = config_of(surroundings);
  for (const Neighbour& neighbour : surroundings.neighbours)
    node::introduce(node_, config, {neighbour.port, neighbour.address, neighbour.mac}, now_);
  std::vector<node::MarkRule> marks;
  for (const Mark& mark : surroundings.marks) marks.push_back({mark.mark, mark.to});
  node_.set_marks(std::move(marks));
}

Ours::~Ours() = default;

void Ours::change_setting(const Event& event) {
  const size_t blank = event.text.find(' ');
  auto settings = node_.director().settings();
  const auto name = event.text.substr(0, blank), value = event.text.substr(blank + 1);
  if (!ipvs::set(settings, name, value)) throw UsageError("no such setting");
  node_.change(settings);
}

void Ours::ask_ipvsadm(const Event& event, Answer& answer) {
  node::DirectorRules rules(node_, now_);
  const auto said = ipvs::ipvsadm(words_of(event.text), "", rules);
  answer.refused = said.status != 0;
  answer.text = normalised(said.out) + said.err;
}

void Ours::pass(Duration pause, Sink& sink) {
  const Time end = now_ + pause;
  for (Time due = node_.next_deadline(); due <= end; due = node_.next_deadline()) {
    now_ = std::max(now_, due);
    node_.tick(now_, sink);
  }
  now_ = end;
}

Answer Ours::apply(const Event& event) {
  Sink sink;
  switch (event.kind) {
    case EventKind::rule:
    case EventKind::listing:
      ask_ipvsadm(event, sink.answer);
      break;
    case EventKind::sysctl:
      change_setting(event);
      break;
    case EventKind::frame:
      node_.receive(event.port, wire::Frame::copy_of(event.bytes), now_, sink);
      break;
    case EventKind::wait:
      pass(event.pause, sink);
      break;
  }
  return std::move(sink.answer);
}

Answer Ours::play(const Event& event) {
  try {
    return apply(event);
  } catch (const UsageError& error) {
    return {{}, true, error.what()};
  }
}

Answers play_ours(const Case& played) {
  Answers answers;
  Ours ours(played);
  for (const Event& event : played.events) answers.events.push_back(ours.play(event));
  return answers;
}

}  // namespace lvslab::conform
