// What must be seen, each held against what the lab and the step can show at all.

#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

bool joined(const std::vector<const Host*>& ones, const std::vector<const Host*>& others) {
  for (const Host* one : ones) {
    for (const Host* other : others) {
      for (const Interface& ours : one->interfaces) {
        for (const Interface& theirs : other->interfaces) {
          if (ours.network == theirs.network) return true;
        }
      }
    }
  }
  return false;
}

class ExpectationReader {
 public:
  ExpectationReader(const StepContext& context, std::vector<Expectation>& into)
      : context_(context), into_(into) {}

  void read(const Value& value) {
    const Mapping keys(value, kExpectation);
    if (!value.is_mapping()) return;
    std::vector<Value> found;
    for (const Key& key : kExpectation.keys) {
      if (const auto one = keys.find(key.name)) found.push_back(*one);
    }
    if (keys.entries().size() > 1 && found.size() > 1) {
      context_.document.mistake(
          found[1].key_place(),
          "an expectation is one thing; put " + found[1].called() + " into an item of its own");
    }
    if (value.is_mapping() && keys.entries().empty()) value.wrong("the expectation is empty");
    if (found.empty()) return;
    text_ = value.one_line().substr(1);
    text_.pop_back();
    place_ = value.place();
    read_one(found.front());
  }

 private:
  void read_one(const Value& value) {
    const std::string& called = value.called();
    if (called == "'answers'") read_answers(value);
    if (called == "'order'") read_order(value);
    if (called == "'error'") read_error(value);
    if (called == "'peer'") read_peer(value);
    if (called == "'path'") read_paths(value);
    if (called == "'packet'") read_packet(value);
    if (called == "'change'") read_change(value);
    if (called == "'seen'") read_seen(value);
    if (called == "'never'") read_never(value);
    if (called == "'arp'") read_arp(value);
    if (called == "'checksums'" && read_word(value, kChecksumsAre)) add(ExpectChecksums{});
    if (called == "'holds'") read_holds(value);
    if (called == "'latency'" && needs_travel(value)) add_if(read_latency(value));
    if (called == "'answered'" && needs_travel(value)) add_if(read_answered(value));
  }

  template <class What>
  void add(What what) {
    into_.push_back({std::move(what), text_, place_});
  }

  template <class What>
  void add_if(const std::optional<What>& what) {
    if (what) add(*what);
  }

  // A mistake when the step sends nothing that this expectation could be about.
  bool needs(bool there, const Value& value, std::string_view what) {
    if (there) return true;
    context_.document.mistake(value.key_place(),
                              value.called() + " needs a step with " + std::string(what));
    return false;
  }
  bool needs_request(const Value& value) {
    return needs(context_.asks(), value, "'request' or 'continue'");
  }
  bool needs_travel(const Value& value) {
    return needs(context_.travels(), value, "'request', 'continue' or 'ping'");
  }
  uint32_t requests() const { return context_.requests(); }

  // Of a host whose answers carry its name.
  bool check_server(const std::string& name, Place place) {
    const Host* host = find_named(context_.topology, name, place, context_.document);
    if (host == nullptr) return false;
    const auto identity = [](const ServiceSpec& spec) {
      return std::holds_alternative<IdentityService>(spec.what);
    };
    if (std::any_of(host->services.begin(), host->services.end(), identity)) return true;
    if (context_.document.gaps.services) return false;
    context_.document.mistake(
        place, "host '" + name + "' runs no identity service, so no answer can bear its name");
    return false;
  }

  void read_answers(const Value& value) {
    if (!needs_request(value)) return;
    ExpectAnswers expected;
    if (value.is_text() && value.raw() == "none") {
      add(expected);
      return;
    }
    uint64_t sum = 0;
    const Mapping counts(value, "how many answers each server gave, as {rs1: 4, rs2: 4}, or none",
                         "server");
    for (const Entry& entry : counts.entries()) {
      const bool known = check_server(entry.name, entry.place);
      const auto count = read_number(entry.value, 0, requests());
      if (!known || !count) continue;
      expected.by_server[entry.name] = *count;
      sum += *count;
    }
    if (sum > requests()) {
      value.wrong("'answers' counts " + std::to_string(sum) + ", but the step makes " +
                  requests_text());
    }
    if (value.is_mapping()) add(std::move(expected));
  }

  std::string requests_text() const {
    return std::to_string(requests()) + (requests() == 1 ? " request" : " requests");
  }

  void read_order(const Value& value) {
    if (!needs_request(value)) return;
    ExpectOrder expected;
    for (const Value& item : value.items("a list of servers, as [rs2, rs1]")) {
      const auto name = item.text("the name of a server");
      if (name && check_server(*name, item.place())) expected.servers.push_back(*name);
    }
    if (expected.servers.size() > requests()) {
      value.wrong("'order' names " + std::to_string(expected.servers.size()) +
                  " answers, but the step makes " + requests_text());
    }
    add(std::move(expected));
  }

  void read_error(const Value& value) {
    if (!needs_travel(value)) return;
    if (const auto word = read_word(value, kErrors))
      add(ExpectError{std::string(kErrorWords[*word])});
  }

  void read_peer(const Value& value) {
    if (!needs_request(value)) return;
    if (const auto address = read_address(value)) add(ExpectPeer{*address});
  }

  void read_paths(const Value& value) {
    if (!needs_travel(value)) return;
    const Mapping keys(value, kPath);
    for (const std::string_view word : kWayWords) {
      const auto hosts = keys.find(word);
      if (!hosts) continue;
      const Way way = word == kWayWords[0] ? Way::request : Way::reply;
      add(ExpectPath{way, read_path(*hosts)});
    }
    if (value.is_mapping() && keys.entries().empty())
      value.wrong("'path' names no way: request, reply or both");
  }

  std::vector<std::string> read_path(const Value& value) {
    std::vector<std::string> names;
    std::vector<const Host*> before;
    for (const Value& item : value.items("a list of hosts, as [client, director, server]")) {
      const auto name = item.text("the name of a host");
      if (!name) continue;
      const auto hosts = hosts_meant(*name, item, context_, true);
      if (!before.empty() && !hosts.empty() && !joined(before, hosts)) {
        item.wrong("no network joins '" + names.back() + "' and '" + *name +
                   "', so no packet goes from one to the other");
      }
      names.push_back(*name == "client" ? context_.from() : *name);
      before = hosts;
    }
    if (value.is_list() && names.size() < 2) value.wants("at least two hosts");
    return names;
  }

  std::optional<Way> read_way(const Mapping& keys) {
    const auto of = keys.find("of");
    return of ? read_enum<Way>(*of, kWays) : std::nullopt;
  }

  void read_packet(const Value& value) {
    if (!needs_travel(value)) return;
    const Mapping keys(value, kPacket);
    const auto way = read_way(keys);
    const auto lookout = read_lookout(value, context_, keys, {"sent-by", "received-by"}, true);
    const auto match = keys.find("match");
    if (!match) return;
    auto fields = read_matches(*match, context_, {.server = true, .packet = true});
    if (way && lookout) add(ExpectPacket{*way, lookout->at, *lookout->sent, std::move(fields)});
  }

  void read_change(const Value& value) {
    if (!needs_travel(value)) return;
    const Mapping keys(value, kChange);
    const auto way = read_way(keys);
    std::string host;
    if (const auto by = keys.find("by")) {
      const auto name = by->text("the name of a host");
      if (name && find_named(context_.topology, *name, by->place(), context_.document))
        host = *name;
    }
    const auto fields = keys.find("fields");
    if (!fields) return;
    auto matches =
        read_matches(*fields, context_, {.server = true, .change = true, .packet = true});
    if (way && !host.empty()) add(ExpectChange{*way, host, std::move(matches)});
  }

  // "HOST:*" is every port of the host, which ExpectSeen calls "HOST".
  static std::string shortened(std::string at) {
    if (at.ends_with(":*")) at.resize(at.size() - 2);
    return at;
  }

  void read_seen(const Value& value) {
    const Mapping keys(value, kSeen);
    if (!value.is_mapping()) return;
    ExpectSeen expected;
    if (const auto count = keys.find("count")) {
      if (const auto frames = read_frame_count(*count)) {
        expected.least = frames->least;
        expected.most = frames->most;
      }
    }
    finish_seen(value, keys, std::move(expected));
  }

  void read_never(const Value& value) {
    const Mapping keys(value, kNever);
    if (!value.is_mapping()) return;
    ExpectSeen expected;
    expected.least = expected.most = 0;
    finish_seen(value, keys, std::move(expected));
  }

  void finish_seen(const Value& value, const Mapping& keys, ExpectSeen expected) {
    const auto lookout =
        read_lookout(value, context_, keys, {"at", "sent-by", "received-by"}, false);
    if (const auto match = keys.find("match")) expected.match = read_matches(*match, context_, {});
    if (!lookout) return;
    expected.at = shortened(lookout->at);
    expected.sent = lookout->sent;
    add(std::move(expected));
  }

  void read_arp(const Value& value) {
    const Mapping keys(value, kArp);
    ExpectArp expected;
    const auto address = keys.find("address");
    const auto hosts = keys.find("answered-by");
    if (!address || !hosts) return;
    const auto known = read_address(*address);
    for (const Value& item : hosts->items("a list of hosts, as [director]")) {
      const auto name = item.text("the name of a host");
      if (name && find_named(context_.topology, *name, item.place(), context_.document)) {
        expected.answered_by.push_back(*name);
      }
    }
    if (!known) return;
    expected.address = *known;
    add(std::move(expected));
  }

  void read_holds(const Value& value) {
    ExpectHolds expected;
    for (const Value& item : value.one_or_more()) {
      const auto name = item.text("all, or invariants as [keeps-server, no-rip]");
      if (!name) continue;
      const std::vector<std::string_view> words(std::begin(kInvariantWords),
                                                std::end(kInvariantWords));
      if (std::find(words.begin(), words.end(), *name) == words.end())
        item.wrong("there is no invariant '" + *name + "'" + suggestion(*name, words));
      expected.names.push_back(*name);
    }
    if (value.is_list() && expected.names.empty()) value.wants("at least one invariant");
    add(std::move(expected));
  }

  const StepContext& context_;
  std::vector<Expectation>& into_;
  std::string text_;
  Place place_;
};

}  // namespace

void read_expectations(const Value& value, const StepContext& context,
                       std::vector<Expectation>& expectations) {
  ExpectationReader reader(context, expectations);
  for (const Value& item : value.items("a list of expectations, as - checksums: good")) {
    reader.read(item.as("the expectation"));
  }
}

}  // namespace lvslab::topology
