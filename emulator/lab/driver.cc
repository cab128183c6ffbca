#include "emulator/lab/driver.hh"

#include "emulator/host/identity.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/program.hh"
#include "emulator/lab/exchanges.hh"
#include "emulator/lab/hostile.hh"
#include "emulator/lab/netns_lab.hh"
#include "emulator/lab/questions.hh"
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

kernel::RequestResult Driver::ask(const topology::Request& request, const std::string& text,
                                  uint16_t source_port) {
  const auto& client = lab_.kernel_host(request.from);
  if (request.transport == topology::Transport::udp)
    return kernel::udp_request(lab_.loop(), client.in(), request.to, source_port, text,
                               request.dont_fragment, request.timeout);
  kernel::TcpRequest asked(lab_.loop(), client.in(), request.to, source_port, text,
                           request.timeout);
  return request.keep.empty()
             ? asked.finish()
             : keep_open(asked, kept_[request.keep].emplace_back(Kept{request.from, {}, {}}));
}

void Driver::act(const topology::Request& request, scenario::StepRecord& record) {
  const bool tcp = request.transport == topology::Transport::tcp;
  const std::string text = tcp ? http_question(request.to, request.size, !request.keep.empty())
                               : datagram_question(request.size);
  for (uint32_t i = 0; i < request.count; ++i) {
    // Each has a port of its own, as the file's format promises.
    const uint16_t port = request.source_port ? request.source_port : ports_.next();
    record.exchanges.push_back(exchange_of(
        ask(request, text, port), tcp ? wire::proto::kTcp : wire::proto::kUdp, request.to));
  }
}

kernel::RequestResult Driver::keep_open(kernel::TcpRequest& request, Kept& kept) {
  request.keep_when(host::http_reply_complete);
  auto result = request.finish();
  kept.socket = request.take_connection();
  kept.local = result.local;
  return result;
}

void Driver::act(const topology::Continue& more, scenario::StepRecord& record) {
  const std::string text = http_question(more.to, more.size, true);
  for (Kept& kept : kept_[more.kept]) {
    kernel::RequestResult result;
    if (kept.socket) {
      kernel::TcpRequest asked(lab_.loop(), std::move(kept.socket), text, more.timeout);
      result = keep_open(asked, kept);
    } else {
      result.outcome = kernel::ClientOutcome::reset;  // before this step
      result.local = kept.local;
    }
    record.exchanges.push_back(exchange_of(result, wire::proto::kTcp, more.to));
  }
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
  while (known() < await.connections && lab_.loop().now() < deadline)
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
  std::visit([&](const auto& action) { act(action, record); },
             plain(lab_.topology(), step.action, hostile_));
  const LiveWires& wires = lab_.wires();
  // There and back and there again.
  lab_.recorder().settle(kQuiet, kSettleWithin + 3 * wires.slowest(),
                         [&] { return wires.under_way(); });
  record.end_sighting = lab_.recorder().evidence().sightings.size();
  record.ended = lab_.loop().now();
  return record;
}

}  // namespace lvslab::lab
