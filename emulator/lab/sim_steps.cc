// What a scenario's steps do to a lab in memory.

#include <algorithm>
#include <list>

#include "emulator/base/error.hh"
#include "emulator/host/identity.hh"
#include "emulator/lab/exchanges.hh"
#include "emulator/lab/hostile.hh"
#include "emulator/lab/questions.hh"
#include "emulator/lab/sim_lab.hh"
#include "emulator/lab/towards.hh"
#include "emulator/wire/view.hh"

namespace lvslab::lab {

namespace {

// A step's last frames pass within this, or never: what goes on by itself has no end.
constexpr Duration kSettleWithin = std::chrono::seconds(1);
// From frame to frame of what is sent while others are busy too.
constexpr Duration kBetweenFrames = std::chrono::microseconds(10);

host::TcpQuestion tcp_question(const topology::Request& request) {
  const bool keep = !request.keep.empty();
  return {request.to, request.source_port, http_question(request.to, request.size, keep),
          request.timeout, keep ? &host::http_reply_complete : nullptr};
}

host::UdpQuestion udp_question(const topology::Request& request) {
  return {request.to, request.source_port, datagram_question(request.size), request.dont_fragment,
          request.timeout};
}

}  // namespace

template <class Question>
host::Requests::Id SimLab::ask(SimHost& from, const Question& question) {
  const auto id = from.made.host->ask(question, simulation_.now(), simulation_.outbox(from.index));
  simulation_.acted(from.index);
  return id;
}

bool SimLab::run_until(const std::function<bool()>& done, Time deadline) {
  for (;;) {
    const Time due = timetable_->next();
    if (simulation_.run_until(done, std::min(deadline, due))) return true;
    if (deadline < due) return false;
    timetable_->act();
  }
}

bool SimLab::await(SimHost& from, host::Requests::Id request, Time deadline) {
  return run_until([&] { return from.made.host->result(request) != nullptr; }, deadline);
}

void SimLab::forget(SimHost& from, host::Requests::Id request) {
  from.made.host->forget(request, simulation_.now(), simulation_.outbox(from.index));
  simulation_.acted(from.index);
}

template <class Ask, class Ended>
void SimLab::ask_all(SimHost& from, uint32_t count, uint32_t at_once, Duration timeout, Ask ask,
                     Ended ended) {
  struct UnderWay {
    uint32_t index;
    std::optional<host::Requests::Id> id;
  };
  std::list<UnderWay> under_way;
  const host::Host& host = *from.made.host;
  const auto result_of = [&](const UnderWay& one) {
    return one.id ? host.result(*one.id) : nullptr;
  };
  const auto was_none = [](const UnderWay& one) { return !one.id; };
  uint32_t next = 0;
  while (next < count || !under_way.empty()) {
    const uint64_t before = host.requests_ended();
    for (; next < count && under_way.size() < at_once; ++next)
      under_way.push_back({next, ask(next)});
    // Its host ends each at the timeout, but for a host without power.
    const bool any = std::any_of(under_way.begin(), under_way.end(), was_none) ||
                     run_until([&] { return host.requests_ended() != before; },
                               simulation_.now() + timeout + kSettleWithin);
    for (auto one = under_way.begin(); one != under_way.end();) {
      const auto* result = result_of(*one);
      if (any && one->id && !result) {
        ++one;
        continue;
      }
      ended(one->index, one->id, result ? *result : host::RequestResult());
      one = under_way.erase(one);
    }
  }
}

void SimLab::act(const topology::Request& request, scenario::StepRecord& record) {
  SimHost& client = at(request.from);
  const bool tcp = request.transport == topology::Transport::tcp;
  const auto tcp_text = tcp_question(request);
  const auto udp_text = udp_question(request);
  record.exchanges.resize(request.count);
  std::vector<Kept> kept(request.count);
  ask_all(
      client, request.count, request.at_once, request.timeout,
      [&](uint32_t) { return std::optional(tcp ? ask(client, tcp_text) : ask(client, udp_text)); },
      [&](uint32_t i, std::optional<host::Requests::Id> id, const host::RequestResult& result) {
        record.exchanges[i] =
            exchange_of(result, tcp ? wire::proto::kTcp : wire::proto::kUdp, request.to);
        kept[i] = {request.from, id, result.local};
        if (request.keep.empty()) forget(client, *id);
      });
  if (!request.keep.empty()) kept_[request.keep] = std::move(kept);
}

void SimLab::act(const topology::Continue& more, scenario::StepRecord& record) {
  SimHost& client = at(more.from);
  const std::string text = http_question(more.to, more.size, true);
  const std::vector<Kept>& kept = kept_[more.kept];
  record.exchanges.resize(kept.size());
  ask_all(
      client, static_cast<uint32_t>(kept.size()), more.at_once, more.timeout,
      [&](uint32_t i) {
        if (!kept[i].request) return kept[i].request;
        client.made.host->ask_more(*kept[i].request, text, more.timeout, simulation_.now(),
                                   simulation_.outbox(client.index));
        simulation_.acted(client.index);
        return kept[i].request;
      },
      [&](uint32_t i, std::optional<host::Requests::Id> id, const host::RequestResult& result) {
        // Without a connection it ended before this step.
        const host::RequestResult gone{host::RequestOutcome::reset, kept[i].local, {}, {}};
        record.exchanges[i] = exchange_of(id ? result : gone, wire::proto::kTcp, more.to);
      });
}

void SimLab::act(const topology::Ping& ping, scenario::StepRecord& record) {
  SimHost& client = at(ping.from);
  for (uint32_t i = 0; i < ping.count; ++i) {
    const auto id =
        ask(client, host::EchoQuestion{ping.to, ++ping_sequence_, "lvslab", ping.timeout});
    const bool ended = await(client, id, simulation_.now() + ping.timeout + kSettleWithin);
    record.exchanges.push_back(
        exchange_of(ended ? *client.made.host->result(id) : host::RequestResult(),
                    ping.to.is_v4() ? wire::proto::kIcmp : wire::proto::kIcmpv6, {ping.to, 0}));
    forget(client, id);
  }
}

void SimLab::act(const topology::ArpProbe& probe, scenario::StepRecord&) {
  SimHost& asker = at(probe.from);
  asker.made.host->flush_neighbours();
  const auto& interface = interface_towards(topology_, probe.from, probe.address);
  asker.made.host->who_has(asker.made.port_of(interface.name), probe.address, simulation_.now(),
                           simulation_.outbox(asker.index));
}

void SimLab::act(const topology::ApplyRules& rules, scenario::StepRecord&) {
  for (const auto& given : rules.given) apply(given.director, given.rules);
}

void SimLab::act(const topology::Takeover& takeover, scenario::StepRecord&) {
  SimHost& from = at(takeover.from);
  SimHost& to = at(takeover.to);
  for (const auto& move : takeover.moves) from.made.remove_address(move.from, move.address);
  for (const auto& move : takeover.moves) to.made.add_address(move.to, move.address);
  for (const auto& move : takeover.moves)
    to.made.host->announce(to.made.port_of(move.to), move.address.address, simulation_.now(),
                           simulation_.outbox(to.index));
}

void SimLab::act(const topology::Await& await, scenario::StepRecord& record) {
  const auto& director = at(await.director).made.director->director();
  const auto known = [&] {
    return *(record.connections = director.connections(simulation_.now()).size());
  };
  run_until([&] { return await.met_by(known()); }, simulation_.now() + await.timeout);
}

void SimLab::act(const topology::Exec& exec, scenario::StepRecord&) {
  throw Unavailable(exec.host + ": a program in memory", "--on netns or --on uml");
}

void SimLab::act(const topology::SendFrames& send, scenario::StepRecord&) {
  const uint32_t port = port_of(send.host, send.interface);
  for (const auto& bytes : send.frames) {
    simulation_.send(port, wire::Frame::copy_of(bytes));
    // One after the other, as from a wire: a burst would push itself out of neighbours' queues.
    simulation_.settle(simulation_.now() +
                       (timetable_->is_busy() ? kBetweenFrames : kSettleWithin));
  }
}

scenario::StepRecord SimLab::perform(const topology::Step& step) {
  scenario::StepRecord record;
  record.began = simulation_.now();
  record.first_sighting = evidence_.sightings.size();
  const auto play = [&](const topology::Action& action) {
    std::visit([&](const auto& what) { act(what, record); }, plain(topology_, action, hostile_));
  };
  timetable_.emplace(step, record.began, play);
  play(step.action);
  run_until([&] { return timetable_->is_over(); }, kNever);
  // There and back and there again.
  simulation_.settle(simulation_.now() + kSettleWithin + 3 * slowest_);
  for (const SimHost& host : hosts_)
    for (auto& one : host.made.broken(host.host->name)) record.at_hosts.push_back(std::move(one));
  record.end_sighting = evidence_.sightings.size();
  record.ended = simulation_.now();
  return record;
}

}  // namespace lvslab::lab
