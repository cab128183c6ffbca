// What a scenario's steps do to a lab in memory.

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

host::RequestResult SimLab::await(SimHost& from, host::Requests::Id request, Duration timeout) {
  const auto result = [&] { return from.made.host->result(request); };
  // Its host ends it at the timeout, but for a host without power.
  simulation_.run_until([&] { return result() != nullptr; },
                        simulation_.now() + timeout + kSettleWithin);
  return result() ? *result() : host::RequestResult();
}

void SimLab::forget(SimHost& from, host::Requests::Id request) {
  from.made.host->forget(request, simulation_.now(), simulation_.outbox(from.index));
  simulation_.acted(from.index);
}

void SimLab::act(const topology::Request& request, scenario::StepRecord& record) {
  SimHost& client = at(request.from);
  const bool tcp = request.transport == topology::Transport::tcp;
  for (uint32_t i = 0; i < request.count; ++i) {
    const auto id = tcp ? ask(client, tcp_question(request)) : ask(client, udp_question(request));
    const auto result = await(client, id, request.timeout);
    record.exchanges.push_back(
        exchange_of(result, tcp ? wire::proto::kTcp : wire::proto::kUdp, request.to));
    if (request.keep.empty())
      forget(client, id);
    else
      kept_[request.keep].push_back({request.from, id, result.local});
  }
}

host::RequestResult SimLab::ask_more(const Kept& kept, const topology::Continue& more) {
  if (!kept.request) return {host::RequestOutcome::reset, kept.local, {}, {}};
  SimHost& client = at(kept.from);
  client.made.host->ask_more(*kept.request, http_question(more.to, more.size, true), more.timeout,
                             simulation_.now(), simulation_.outbox(client.index));
  simulation_.acted(client.index);
  return await(client, *kept.request, more.timeout);
}

void SimLab::act(const topology::Continue& more, scenario::StepRecord& record) {
  for (const Kept& kept : kept_[more.kept])
    record.exchanges.push_back(exchange_of(ask_more(kept, more), wire::proto::kTcp, more.to));
}

void SimLab::act(const topology::Ping& ping, scenario::StepRecord& record) {
  SimHost& client = at(ping.from);
  for (uint32_t i = 0; i < ping.count; ++i) {
    const auto id =
        ask(client, host::EchoQuestion{ping.to, ++ping_sequence_, "lvslab", ping.timeout});
    record.exchanges.push_back(
        exchange_of(await(client, id, ping.timeout),
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
  simulation_.run_until([&] { return known() >= await.connections; },
                        simulation_.now() + await.timeout);
}

void SimLab::act(const topology::Exec& exec, scenario::StepRecord&) {
  throw Unavailable(exec.host + ": a program in memory", "--on netns or --on uml");
}

void SimLab::act(const topology::SendFrames& send, scenario::StepRecord&) {
  const uint32_t port = port_of(send.host, send.interface);
  for (const auto& bytes : send.frames) {
    simulation_.send(port, wire::Frame::copy_of(bytes));
    // One after the other, as from a wire: a burst would push itself out of neighbours' queues.
    simulation_.settle(simulation_.now() + kSettleWithin);
  }
}

scenario::StepRecord SimLab::perform(const topology::Step& step) {
  scenario::StepRecord record;
  record.began = simulation_.now();
  record.first_sighting = evidence_.sightings.size();
  std::visit([&](const auto& action) { act(action, record); },
             plain(topology_, step.action, hostile_));
  // There and back and there again.
  simulation_.settle(simulation_.now() + kSettleWithin + 3 * slowest_);
  record.end_sighting = evidence_.sightings.size();
  record.ended = simulation_.now();
  return record;
}

}  // namespace lvslab::lab
