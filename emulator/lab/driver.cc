#include "emulator/lab/driver.hh"

#include <algorithm>
#include <list>

#include "emulator/host/identity.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/program.hh"
#include "emulator/lab/exchanges.hh"
#include "emulator/lab/hostile.hh"
#include "emulator/lab/netns_lab.hh"
#include "emulator/lab/questions.hh"
#include "emulator/lab/timetable.hh"
#include "emulator/lab/towards.hh"
#include "emulator/wire/view.hh"

namespace lvslab::lab {

namespace {

// A step is over when its last frames have passed: for this long the loop had nothing to do, and no
// frame was under way on a wire. Everything in a lab happens in this process or in the kernel's own
// work for it, so silence means that nobody is about to speak but for timers, which are longer
// (delayed ACK: 40 ms; its connection is done by then).
constexpr Duration kQuiet = std::chrono::milliseconds(15);
constexpr Duration kSettleWithin = std::chrono::seconds(1);

}  // namespace

Driver::Driver(NetnsLab& lab, uint64_t seed) : lab_(lab), hostile_(seed), ports_(Random(seed)) {}

// Each has a port of its own, as the file's format promises, unless one is given.
std::unique_ptr<kernel::TcpRequest> Driver::ask_tcp(const topology::Request& request,
                                                    const std::string& text) {
  const uint16_t port = request.source_port ? request.source_port : ports_.next();
  auto asked = std::make_unique<kernel::TcpRequest>(
      lab_.loop(), lab_.kernel_host(request.from).in(), request.to, port, text, request.timeout);
  if (!request.keep.empty()) asked->keep_when(host::http_reply_complete);
  return asked;
}

std::unique_ptr<kernel::UdpRequest> Driver::ask_udp(const topology::Request& request,
                                                    const std::string& text) {
  const uint16_t port = request.source_port ? request.source_port : ports_.next();
  return std::make_unique<kernel::UdpRequest>(lab_.loop(), lab_.kernel_host(request.from).in(),
                                              request.to, port, text, request.dont_fragment,
                                              request.timeout);
}

template <class Ask, class Ended>
void Driver::ask_all(uint32_t count, uint32_t at_once, Ask ask, Ended ended) {
  std::list<std::pair<uint32_t, decltype(ask(0))>> under_way;
  const auto is_done = [](const auto& one) { return !one.second || one.second->done(); };
  uint32_t next = 0;
  while (next < count || !under_way.empty()) {
    for (; next < count && under_way.size() < at_once; ++next)
      under_way.emplace_back(next, ask(next));
    lab_.loop().run_until([&] { return std::any_of(under_way.begin(), under_way.end(), is_done); });
    for (auto& one : under_way)
      if (is_done(one)) ended(one.first, one.second.get());
    under_way.remove_if(is_done);
  }
}

void Driver::act(const topology::Request& request, scenario::StepRecord& record) {
  record.exchanges.resize(request.count);
  if (request.transport == topology::Transport::udp) {
    const std::string text = datagram_question(request.size);
    return ask_all(
        request.count, request.at_once, [&](uint32_t) { return ask_udp(request, text); },
        [&](uint32_t i, const auto* asked) {
          record.exchanges[i] = exchange_of(asked->result(), wire::proto::kUdp, request.to);
        });
  }
  const bool keep = !request.keep.empty();
  const std::string text = http_question(request.to, request.size, keep);
  std::vector<Kept> kept(request.count);
  ask_all(
      request.count, request.at_once, [&](uint32_t) { return ask_tcp(request, text); },
      [&](uint32_t i, auto* asked) {
        record.exchanges[i] = exchange_of(asked->result(), wire::proto::kTcp, request.to);
        kept[i] = {request.from, asked->take_connection(), asked->result().local};
      });
  if (keep) kept_[request.keep] = std::move(kept);
}

void Driver::act(const topology::Continue& more, scenario::StepRecord& record) {
  std::vector<Kept>& kept = kept_[more.kept];
  record.exchanges.resize(kept.size());
  const std::string text = http_question(more.to, more.size, true);
  const auto ask = [&](uint32_t i) -> std::unique_ptr<kernel::TcpRequest> {
    if (!kept[i].socket) return {};
    auto asked = std::make_unique<kernel::TcpRequest>(lab_.loop(), std::move(kept[i].socket), text,
                                                      more.timeout);
    asked->keep_when(host::http_reply_complete);
    return asked;
  };
  ask_all(static_cast<uint32_t>(kept.size()), more.at_once, ask, [&](uint32_t i, auto* asked) {
    // Without a connection it ended before this step.
    kernel::RequestResult result{kernel::ClientOutcome::reset, kept[i].local, {}, {}};
    if (asked) result = asked->result(), kept[i].socket = asked->take_connection();
    record.exchanges[i] = exchange_of(result, wire::proto::kTcp, more.to);
  });
}

void Driver::act(const topology::Ping& ping, scenario::StepRecord& record) {
  const auto& client = lab_.kernel_host(ping.from);
  for (uint32_t i = 0; i < ping.count; ++i) {
    const auto result =
        kernel::ping(lab_.loop(), client.in(), ping.to, ++ping_sequence_, ping.timeout);
    record.exchanges.push_back(exchange_of(
        result, ping.to.is_v4() ? wire::proto::kIcmp : wire::proto::kIcmpv6, {ping.to, 0}));
  }
}

void Driver::act(const topology::ArpProbe& probe, scenario::StepRecord&) {
  auto& asker = lab_.kernel_host(probe.from);
  asker.netlink().flush_neighbours();
  const auto& interface = interface_towards(lab_.topology(), probe.from, probe.address).name;
  // To the end of the timeout: a second answer is what the step is after.
  kernel::arp_probe(lab_.loop(), asker.in(), interface, probe.address, probe.timeout, true);
}

void Driver::act(const topology::ApplyRules& rules, scenario::StepRecord&) {
  for (const auto& given : rules.given) lab_.apply(given.director, given.rules);
}

void Driver::act(const topology::Takeover& takeover, scenario::StepRecord&) {
  lab_.take_over(takeover);
}

void Driver::act(const topology::Await& await, scenario::StepRecord& record) {
  // A director gives no event to wait for: asked again every 2 ms, until the deadline.
  const Time deadline = lab_.loop().now() + await.timeout;
  const auto known = [&] { return *(record.connections = lab_.connections(await.director)); };
  while (!await.met_by(known()) && lab_.loop().now() < deadline)
    lab_.loop().run_for(std::chrono::milliseconds(2));
}

void Driver::act(const topology::Exec& exec, scenario::StepRecord& record) {
  kernel::ProgramOptions options;
  options.hosts = lab_.hosts_file();
  options.hostname = exec.host;
  auto result = kernel::run_program(lab_.loop(), lab_.kernel_host(exec.host).in(), exec.command,
                                    options, exec.timeout);
  record.exit_status = result.status;
  record.output = std::move(result.output);
}

void Driver::act(const topology::Life& life, scenario::StepRecord&) {
  lab_.change(life);
  for (auto& [name, connections] : kept_)
    for (Kept& kept : connections)
      if (kept.from == life.host) kept.socket.reset();
}

void Driver::act(const topology::SendFrames& send, scenario::StepRecord&) {
  lab_.send(send);
}

void Driver::act(const topology::SetWires& set, scenario::StepRecord&) {
  for (const auto& port : set.ports) lab_.wires().set(port.host, port.interface, port.wires);
}

void Driver::act(const topology::Wait& wait, scenario::StepRecord&) {
  lab_.loop().run_for(wait.time);
}

scenario::StepRecord Driver::perform(const topology::Step& step) {
  scenario::StepRecord record;
  record.began = lab_.loop().now();
  record.first_sighting = lab_.recorder().evidence().sightings.size();
  const auto play = [&](const topology::Action& action) {
    std::visit([&](const auto& what) { act(what, record); },
               plain(lab_.topology(), action, hostile_));
  };
  Timetable timetable(step, record.began, play);
  const auto ticker =
      lab_.loop().add_ticker([&] { return timetable.next(); }, [&](Time) { timetable.act(); });
  play(step.action);
  lab_.loop().run_until([&] { return timetable.is_over(); });
  const LiveWires& wires = lab_.wires();
  // There and back and there again.
  lab_.recorder().settle(kQuiet, kSettleWithin + 3 * wires.slowest(),
                         [&] { return wires.under_way(); });
  record.at_hosts = lab_.broken();
  record.end_sighting = lab_.recorder().evidence().sightings.size();
  record.ended = lab_.loop().now();
  return record;
}

}  // namespace lvslab::lab
