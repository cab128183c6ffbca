#include "emulator/lab/replay.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/wire/offload.hh"
#include "emulator/lab/comments.hh"
#include "emulator/lab/embedded_config.hh"
#include "emulator/node/director_node.hh"
#include "emulator/node/introduce.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::lab {

namespace {

using fabric::Direction;
using fabric::Sighting;

const topology::Host& director_of(const topology::Topology& topology) {
  const topology::Host* found = nullptr;
  for (const auto& host : topology.hosts) {
    if (host.role != topology::Role::director) continue;
    if (found)
      throw UsageError(topology.file + ": replay plays to one director, here are " + found->name +
                       " and " + host.name);
    found = &host;
  }
  if (!found) throw UsageError(topology.file + ": there is no director to replay to");
  return *found;
}

// What the director sends, as sightings of the moment it was given.
class Sink : public node::Outbox {
 public:
  explicit Sink(fabric::Evidence& evidence) : evidence_(evidence) {}
  void send(uint32_t port, wire::Frame frame) override {
    Sighting sighting;
    sighting.at = now;
    sighting.port = port;
    sighting.partial_checksum = frame.offload().partial_checksum;
    sighting.segment_size = frame.offload().segment_size;
    sighting.bytes.assign(frame.bytes().begin(), frame.bytes().end());
    evidence_.sightings.push_back(std::move(sighting));
  }
  Time now{};

 private:
  fabric::Evidence& evidence_;
};

// A checksum that was left to a device when the frame was captured is put in: in a replay there is
// no device.
void fill_in_checksum(wire::Frame& frame) {
  constexpr size_t kAt = wire::kEthernetSize;
  const auto ip =
      frame.size() < kAt ? std::nullopt : wire::Ipv4View::over(frame.bytes().subspan(kAt));
  if (!ip || ip->is_fragment()) return;
  const bool tcp = ip->protocol() == wire::proto::kTcp;
  if (!tcp && ip->protocol() != wire::proto::kUdp) return;
  wire::Offload offload;
  offload.partial_checksum = true;
  offload.checksum_start = static_cast<uint16_t>(kAt + ip->header_length());
  offload.checksum_offset = tcp ? 16 : 6;
  frame.set_offload(offload);
  wire::finish_checksum(frame);
}

class Replay {
 public:
  Replay(const topology::Topology& topology, uint64_t seed)
      : host_(director_of(topology)),
        config_(embedded_config(host_, seed)),
        node_(config_, director_settings(host_)),
        sink_(result_.sent) {
    for (const auto& interface : host_.interfaces)
      result_.sent.ports.push_back({host_.name, interface.name});
    node_.set_marks(director_marks(host_));
    introduce_all(topology);
  }

  Replayed play(const fabric::Evidence& capture) {
    const auto frames = chosen(capture);
    const Time start = frames.empty() ? Time{} : frames.front().sighting->at;
    node_.trace(frames.size());
    for (const auto& rule : host_.rules) node_.apply(rule.command, start);
    for (const auto& frame : frames) enter(frame);
    add_comments(host_.name, node_.handled().entries(), result_.sent);
    return std::move(result_);
  }

 private:
  struct Input {
    const Sighting* sighting;
    uint32_t port;  // of the director
  };

  void introduce_all(const topology::Topology& topology) {
    for (const auto& other : topology.hosts) {
      if (&other == &host_) continue;
      for (const auto& theirs : other.interfaces)
        for (uint32_t port = 0; port < host_.interfaces.size(); ++port)
          if (host_.interfaces[port].network == theirs.network) introduce(port, theirs);
    }
  }

  void introduce(uint32_t port, const topology::Interface& neighbour) {
    for (const auto& address : neighbour.addresses)
      node::introduce(node_, config_, {port, address.address, neighbour.mac}, Time{});
  }

  // In order of time.
  std::vector<Input> chosen(const fabric::Evidence& capture) {
    std::vector<Input> inputs;
    for (const auto& sighting : capture.sightings)
      if (const auto port = port_for(capture, sighting)) inputs.push_back({&sighting, *port});
    std::stable_sort(inputs.begin(), inputs.end(), [](const Input& a, const Input& b) {
      return a.sighting->at < b.sighting->at;
    });
    return inputs;
  }

  std::optional<uint32_t> port_for(const fabric::Evidence& capture, const Sighting& sighting) {
    const auto& ours = result_.sent.ports;
    const auto found = std::find(ours.begin(), ours.end(), capture.ports[sighting.port]);
    if (found == ours.end()) return ++result_.other_ports, std::nullopt;
    if (sighting.direction == Direction::sent) return ++result_.own, std::nullopt;
    if (sighting.bytes.size() > wire::kLargestFrame) return ++result_.oversized, std::nullopt;
    return static_cast<uint32_t>(found - ours.begin());
  }

  void enter(const Input& input) {
    const Time at = input.sighting->at;
    for (Time due = node_.next_deadline(); due <= at; due = node_.next_deadline()) {
      sink_.now = std::max(sink_.now, due);
      node_.tick(sink_.now, sink_);
    }
    sink_.now = at;
    auto frame = wire::Frame::copy_of(input.sighting->bytes);
    if (input.sighting->partial_checksum) fill_in_checksum(frame);
    node_.receive(input.port, std::move(frame), at, sink_);
    ++result_.frames;
  }

  const topology::Host& host_;
  host::HostConfig config_;
  node::DirectorNode node_;
  Replayed result_;
  Sink sink_;
};

}  // namespace

Replayed replay(const topology::Topology& topology, const fabric::Evidence& capture,
                uint64_t seed) {
  return Replay(topology, seed).play(capture);
}

}  // namespace lvslab::lab
