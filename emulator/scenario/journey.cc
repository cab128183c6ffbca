#include "emulator/scenario/journey.hh"

#include <algorithm>
#include <set>

#include "emulator/scenario/difference.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/wording.hh"
#include "emulator/wire/describe.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::scenario {

namespace {

double seconds(const Observation& frame) {
  return to_seconds(frame.sighting->at.time_since_epoch());
}

Hop hop_of(const Study& study, const Observation& first) {
  Hop hop;
  hop.host = study.host(first);
  hop.at = seconds(first);
  return hop;
}

// Where a host sent a packet that it had received (or made: `in` is null).
Hop sending_hop(const Study& study, const Packet& packet, const Observation* in,
                const Observation& out) {
  Hop hop = hop_of(study, in ? *in : out);
  hop.out = study.port(out).interface;
  hop.packet = wire::describe(out.sighting->bytes);
  if (!in) {
    hop.did = out.sighting->comment.empty() ? did_at_origin(packet) : out.sighting->comment;
    return hop;
  }
  hop.in = study.port(*in).interface;
  hop.did = did_in_passing(study, *in, out);
  hop.changes = changed_fields(in->layers, out.layers);
  return hop;
}

Hop receiving_hop(const Study& study, const Observation& in, const std::string& did) {
  Hop hop = hop_of(study, in);
  hop.in = study.port(in).interface;
  hop.did = did;
  hop.packet = wire::describe(in.sighting->bytes);
  return hop;
}

// The first packet of an exchange that goes this way.
const Packet* first_packet(const Study& study, size_t exchange, Way way) {
  for (const Packet& packet : study.packets())
    if (packet.exchange == exchange && packet.way == way && !packet.error) return &packet;
  return nullptr;
}

void add_exchange(const Study& study, size_t exchange, std::vector<Journey>& journeys) {
  for (const Way way : {Way::request, Way::reply})
    if (const Packet* packet = first_packet(study, exchange, way))
      journeys.push_back(journey_of(study, *packet));
}

void add_errors(const Study& study, std::vector<Journey>& journeys) {
  constexpr size_t kMost = 4;
  std::set<std::string> kinds;
  for (const Packet& packet : study.packets()) {
    if (!packet.error || kinds.size() == kMost) continue;
    const Observation& first = study.frames()[packet.sightings.front()];
    if (kinds.insert(study.host(first) + " " + kind_of_packet(first.layers)).second)
      journeys.push_back(journey_of(study, packet));
  }
}

wire::ArpView arp_of(const Observation& frame) {
  return *wire::ArpView::over(frame.layers.frame.subspan(*frame.layers.arp));
}

// Question or answer about the address, at the port it was sent from.
bool is_about(const Observation& frame, const wire::IpAddress& address) {
  if (!frame.layers.arp || frame.sighting->direction != fabric::Direction::sent) return false;
  const auto arp = arp_of(frame);
  return arp.operation() == wire::arp::kReply ? arp.sender_ip() == address
                                              : arp.target_ip() == address;
}

void add_probe(const Study& study, const topology::ArpProbe& probe,
               std::vector<Journey>& journeys) {
  bool asked = false;
  for (size_t i = 0; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    if (!is_about(frame, probe.address)) continue;
    const bool question = arp_of(frame).operation() == wire::arp::kRequest;
    if (question && asked) continue;
    asked = asked || question;
    journeys.push_back(arp_journey(study, i));
  }
}

// Whether the host sent an answer to this question after it heard it.
bool answers(const Study& study, size_t heard, const std::string& host) {
  const auto question = arp_of(study.frames()[heard]);
  for (size_t i = heard; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    if (frame.sighting->direction == fabric::Direction::sent && study.host(frame) == host &&
        is_about(frame, question.target_ip()) && arp_of(frame).operation() == wire::arp::kReply)
      return true;
  }
  return false;
}

// The sightings of the same frame on the link, until its sender sends the like again.
std::vector<size_t> hearings(const Study& study, size_t sent) {
  const auto& bytes = study.frames()[sent].sighting->bytes;
  const uint32_t port = study.frames()[sent].sighting->port;
  std::vector<size_t> heard;
  for (size_t i = sent + 1; i < study.frames().size(); ++i) {
    const fabric::Sighting& other = *study.frames()[i].sighting;
    if (other.bytes != bytes) continue;
    if (other.direction == fabric::Direction::received)
      heard.push_back(i);
    else if (other.port == port)
      break;
  }
  return heard;
}

}  // namespace

Journey journey_of(const Study& study, const Packet& packet) {
  Journey journey;
  const Ending ending = ending_of(study, packet);
  journey.title = title_of(study, packet);
  journey.disposition = ending.disposition;
  const Observation* in = nullptr;  // received, and not yet sent on
  for (const size_t i : packet.sightings) {
    const Observation& frame = study.frames()[i];
    if (frame.sighting->direction == fabric::Direction::sent) {
      const bool passing = in && study.host(*in) == study.host(frame);
      journey.hops.push_back(sending_hop(study, packet, passing ? in : nullptr, frame));
      if (passing) in = nullptr;
      continue;
    }
    if (in) journey.hops.push_back(receiving_hop(study, *in, "kept it"));
    in = &frame;
  }
  if (in) journey.hops.push_back(receiving_hop(study, *in, ending.did));
  return journey;
}

Journey arp_journey(const Study& study, size_t frame) {
  const Observation& sent = study.frames()[frame];
  const auto arp = arp_of(sent);
  const bool question = arp.operation() == wire::arp::kRequest;
  Journey journey;
  journey.title = question
                      ? "who has " + arp.target_ip().to_string() + ", asked by " + study.host(sent)
                      : "answer: " + arp.sender_ip().to_string() + " is at " +
                            wire::to_string(arp.sender_mac());
  Hop origin = hop_of(study, sent);
  origin.out = study.port(sent).interface;
  origin.did = question ? "asked" : "answered";
  origin.packet = wire::describe(sent.sighting->bytes);
  journey.hops.push_back(std::move(origin));
  std::vector<std::string> by, to;
  for (const size_t i : hearings(study, frame)) {
    const std::string& host = study.host(study.frames()[i]);
    const bool spoke = question && answers(study, i, host);
    (spoke ? by : to).push_back(host);
    const std::string did = !question ? "took it in" : spoke ? "answered" : "kept silent";
    journey.hops.push_back(receiving_hop(study, study.frames()[i], did));
  }
  if (question)
    journey.disposition = by.empty() ? "nobody answered" : "answered by " + joined(by, ", ");
  else
    journey.disposition =
        to.empty() ? "lost after " + study.host(sent) : "delivered to " + joined(to, ", ");
  return journey;
}

std::vector<Journey> journeys_of(const Study& study) {
  std::vector<Journey> journeys;
  const auto& exchanges = study.exchanges();
  if (!exchanges.empty()) add_exchange(study, 0, journeys);
  const auto failed = std::find_if(exchanges.begin(), exchanges.end(), [](const Exchange& one) {
    return one.outcome != Outcome::answered;
  });
  if (failed != exchanges.end() && failed != exchanges.begin())
    add_exchange(study, static_cast<size_t>(failed - exchanges.begin()), journeys);
  add_errors(study, journeys);
  if (const auto* probe = std::get_if<topology::ArpProbe>(&study.step().action))
    add_probe(study, *probe, journeys);
  return journeys;
}

}  // namespace lvslab::scenario
