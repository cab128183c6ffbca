#include "emulator/conform/coverage.hh"

#include "emulator/ipvs/language.hh"

namespace lvslab::conform {

namespace {

std::string protocol_of(uint8_t protocol) {
  switch (protocol) {
    case 0:
      return "IP";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 132:
      return "SCTP";
    default:
      return std::to_string(protocol);
  }
}

std::string scheduler_of(const director::Director& director, const ipvs::ConnectionStatus& of) {
  for (const auto& service : director.services()) {
    const auto* key = std::get_if<ipvs::AddressKey>(&service.rule.key);
    if (key && static_cast<uint8_t>(key->protocol) == of.protocol &&
        key->virtual_end.address == of.virtual_end.address &&
        (key->virtual_end.port == of.virtual_end.port || key->virtual_end.port == 0))
      return std::string(ipvs::name_of(service.rule.scheduler));
  }
  return "-";
}

// States by the ends of connections, before and after an event.
class Watch {
 public:
  explicit Watch(Coverage& coverage) : coverage_(coverage) {}

  void look(const director::Director& director, Time now) {
    std::map<std::string, std::string> states;
    for (const auto& c : director.connections(now)) {
      const std::string protocol = protocol_of(c.protocol);
      const std::string key = protocol + c.client.to_string() + c.virtual_end.to_string();
      states[key] = c.state;
      const auto before = states_.find(key);
      if (before == states_.end())
        ++coverage_.connections[scheduler_of(director, c) + " " +
                                std::string(ipvs::name_of(c.method)) + " " + protocol];
      const std::string old = before == states_.end() ? "new" : before->second;
      if (old != c.state) ++coverage_.transitions[protocol + " " + old + " > " + c.state];
    }
    states_ = std::move(states);
  }

 private:
  Coverage& coverage_;
  std::map<std::string, std::string> states_;
};

}  // namespace

Covered play_and_cover(const Case& played, Coverage& coverage) {
  Covered result;
  Answers& answers = result.answers;
  Ours ours(played);
  Timekeeper keeper(ours);
  Watch watch(coverage);
  for (const Event& event : played.events) {
    keeper.before(event);
    answers.events.push_back(ours.play(event));
    keeper.after(event);
    watch.look(ours.node().director(), ours.now());
    if (event.kind == EventKind::frame)
      ++coverage.outputs["frames: " + std::to_string(answers.events.back().frames.size())];
  }
  result.timing = keeper.timing();
  return result;
}

}  // namespace lvslab::conform
