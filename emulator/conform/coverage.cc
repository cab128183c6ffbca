#include "emulator/conform/coverage.hh"

#include <optional>
#include <set>

#include "emulator/ipvs/language.hh"

namespace lvslab::conform {

namespace {

constexpr uint16_t kFtp = 21;

std::string protocol_of(uint8_t protocol, bool secure) {
  switch (protocol) {
    case 6:
      return secure ? "secure TCP" : "TCP";
    case 17:
      return "UDP";
    case 132:
      return "SCTP";
    default:
      return std::to_string(protocol);
  }
}

// Of persistence: no connection of anybody's.
bool is_template(const ipvs::ConnectionStatus& c) {
  return c.client.port == 0 && (c.state == "NONE" || c.state == "ASSURED");
}

// States by the ends of connections, before and after an event.
class Watch {
 public:
  Watch(Coverage& coverage, const Ours& ours) : coverage_(coverage), ours_(ours) {}

  void look(bool waited) {
    const auto& director = ours_.node().director();
    const bool secure = director.settings().secure_tcp == 3;
    std::map<std::string, Known> now;
    std::set<std::string> going;
    const auto all = director.connections(ours_.now());
    for (const auto& c : all)
      if (c.left == Duration::zero()) going.insert(key_of(c));
    for (const auto& c : all) {
      if (is_template(c) || c.left == Duration::zero()) continue;
      const std::string key = key_of(c);
      // One that is going with the same ends: this is another.
      const auto before = going.count(key) ? known_.end() : found_before(c, key);
      Known known = before == known_.end() ? made(c) : before->second;
      const std::string was = before == known_.end() ? "new" : known.state;
      known.state = c.state;
      if (was != c.state)
        ++coverage_.transitions[known.scheduler + " " + known.method + " " +
                                protocol_of(c.protocol, secure) + " " + was + " > " + c.state];
      now.emplace(key, std::move(known));
    }
    if (waited) count_ends(now);
    known_ = std::move(now);
  }

 private:
  struct Known {
    std::string scheduler, method, state;
    uint8_t protocol = 0;
  };
  using All = std::map<std::string, Known>;

  static std::string key_of(const ipvs::ConnectionStatus& c) {
    return std::to_string(c.protocol) + " " + c.client.to_string() + " " +
           c.virtual_end.to_string();
  }

  // A passive data connection of FTP waits for any port of its client.
  All::iterator found_before(const ipvs::ConnectionStatus& c, const std::string& key) {
    const auto found = known_.find(key);
    if (found != known_.end()) return found;
    auto any_port = c;
    any_port.client.port = 0;
    const auto listens = known_.find(key_of(any_port));
    const bool is = listens != known_.end() && listens->second.state == "LISTEN";
    return is ? listens : known_.end();
  }

  Known made(const ipvs::ConnectionStatus& c) const {
    return {scheduler_of(c), std::string(ipvs::name_of(c.method)), c.state, c.protocol};
  }

  std::string scheduler_of(const ipvs::ConnectionStatus& of) const {
    if (of.state == "LISTEN") return "ftp";
    std::string any_port = "-";
    for (const auto& service : ours_.node().director().services()) {
      const auto* key = std::get_if<ipvs::AddressKey>(&service.rule.key);
      if (!key || static_cast<uint8_t>(key->protocol) != of.protocol ||
          key->virtual_end.address != of.virtual_end.address)
        continue;
      const std::string scheduler(ipvs::name_of(service.rule.scheduler));
      const uint16_t port = key->virtual_end.port;
      if (port == of.virtual_end.port) return scheduler;
      if (port == 0 || port == kFtp) any_port = scheduler;
    }
    return any_port;
  }

  void count_ends(const All& now) {
    for (const auto& [key, known] : known_)
      if (!now.count(key))
        ++coverage_
              .ends[known.method + " " + protocol_of(known.protocol, false) + " " + known.state];
  }

  Coverage& coverage_;
  const Ours& ours_;
  All known_;
};

}  // namespace

Covered play_and_cover(const Case& played, Coverage& coverage) {
  Covered result;
  Answers& answers = result.answers;
  Ours ours(played);
  Timekeeper keeper(ours);
  Watch watch(coverage, ours);
  for (const Event& event : played.events) {
    keeper.before(event);
    answers.events.push_back(ours.play(event));
    keeper.after(event);
    watch.look(event.kind == EventKind::wait);
    if (event.kind == EventKind::frame)
      ++coverage.outputs["frames: " + std::to_string(answers.events.back().frames.size())];
  }
  result.timing = keeper.timing();
  return result;
}

}  // namespace lvslab::conform
