#include "emulator/conform/ours.hh"

#include "emulator/base/error.hh"
#include "emulator/conform/listing.hh"
#include "emulator/ipvs/language.hh"
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
}

Ours::~Ours() = default;

void Ours::change_setting(const Event& event) {
  const size_t blank = event.text.find(' ');
  auto settings = node_.director().settings();
  const auto name = event.text.substr(0, blank), value = event.text.substr(blank + 1);
  if (!ipvs::set(settings, name, value)) throw UsageError("no such setting");
  node_.change(settings);
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
    case EventKind::load:
    case EventKind::rule:
      node_.apply(ipvs::parse(event.text), now_);
      break;
    case EventKind::sysctl:
      change_setting(event);
      break;
    case EventKind::frame:
      node_.receive(event.port, wire::Frame::copy_of(event.bytes), now_, sink);
      break;
    case EventKind::listing:
      pass(kBeforeListing, sink);
      sink.answer.text = list(node_, event.text, now_);
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
  } catch (const ipvs::RuleError& error) {
    return {{}, true, error.what()};
  } catch (const director::CommandError& error) {
    return {{}, true, error.what()};
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

Duration slack_of(const Case& played) {
  constexpr Duration kMargin = std::chrono::milliseconds(200);
  Duration least = std::chrono::hours(1);
  Ours ours(played);
  for (const Event& event : played.events) {
    ours.play(event);
    for (const auto& connection : ours.node().director().connections(ours.now()))
      if (connection.left > kOneTick) least = std::min(least, connection.left);
  }
  return least - kMargin;
}

}  // namespace lvslab::conform
