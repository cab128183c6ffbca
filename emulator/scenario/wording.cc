#include "emulator/scenario/wording.hh"

#include <algorithm>

#include "emulator/scenario/fields.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

std::string kind_of_tcp(const Layers& layers) {
  using namespace wire::tcp_flag;
  const uint8_t flags = layers.frame[layers.tcp->at + 13];
  if (flags & kRst) return "RST";
  if (flags & kSyn) return flags & kAck ? "SYN-ACK" : "SYN";
  if (flags & kFin) return "FIN";
  return layers.payload && layers.payload->size ? "data" : "ACK";
}

std::string kind_of_unreachable(uint8_t code) {
  using namespace wire::icmp;
  if (code == kFragmentationNeeded) return "fragmentation needed";
  if (code == kPortUnreachable) return "port unreachable";
  if (code == kProtocolUnreachable) return "protocol unreachable";
  if (code == kHostUnreachable) return "host unreachable";
  if (code == kNetUnreachable) return "network unreachable";
  return "unreachable, code " + std::to_string(code);
}

std::string kind_of_icmp(const Layers& layers) {
  const uint8_t* at = layers.frame.data() + layers.icmp->at;
  const std::string number = std::to_string(load_be16(at + 6));
  if (layers.ip->version == 6) {
    switch (at[0]) {  // RFC 4443, 2.1
      case 1:
        return at[1] == 4 ? "port unreachable" : "unreachable";
      case 2:
        return "packet too big";
      case 3:
        return "time exceeded";
      case 128:
        return "echo " + number;
      case 129:
        return "echo reply " + number;
      default:
        return "ICMPv6 type " + std::to_string(at[0]);
    }
  }
  switch (at[0]) {
    case wire::icmp::kEchoRequest:
      return "echo " + number;
    case wire::icmp::kEchoReply:
      return "echo reply " + number;
    case wire::icmp::kUnreachable:
      return kind_of_unreachable(at[1]);
    case wire::icmp::kTimeExceeded:
      return "time exceeded";
    case wire::icmp::kRedirect:
      return "redirect";
    default:
      return "ICMP type " + std::to_string(at[0]);
  }
}

bool owns(const topology::Host& host, const wire::IpAddress& address) {
  const auto has = [&](const std::vector<wire::Prefix>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const wire::Prefix& prefix) { return prefix.address == address; });
  };
  return has(host.loopback) ||
         std::any_of(host.interfaces.begin(), host.interfaces.end(),
                     [&](const topology::Interface& one) { return has(one.addresses); });
}

// Whether the host put a packet of the exchange on the wire that goes the other way.
bool answered(const Study& study, const Packet& packet, const std::string& host) {
  return std::any_of(study.packets().begin(), study.packets().end(), [&](const Packet& other) {
    const Observation& first = study.frames()[other.sightings.front()];
    return other.exchange == packet.exchange && other.way != packet.way && !other.error &&
           first.sighting->direction == fabric::Direction::sent && study.host(first) == host;
  });
}

// Why a host, by the file, could not take the packet in; "" when it could.
std::string obstacle(const topology::Host& host, const Layers& layers) {
  if (layers.outer && !owns(host, layers.outer->destination))
    return "it does not have " + layers.outer->destination.to_string();
  if (layers.outer && !host.tunnel) return "it has no tunnel to take the outer header off";
  if (!owns(host, layers.ip->destination))
    return "it does not have " + layers.ip->destination.to_string();
  return {};
}

Ending dropped(const std::string& host, const std::string& why) {
  return {"dropped: " + why, "dropped by " + host + ": " + why};
}

// In the words of the host, which may also tell that it meant to send the packet on.
Ending told(const std::string& host, const std::string& comment) {
  const bool dropped = comment.find("dropped") != std::string::npos;
  return {comment, (dropped ? "dropped by " : "ended at ") + host + ": " + comment};
}

std::string end_text(const Layers& layers, bool destination) {
  const auto ends = ends_of(layers);
  if (!ends)
    return destination ? layers.ip->destination.to_string() : layers.ip->source.to_string();
  const wire::Endpoint& end = destination ? ends->destination : ends->source;
  return layers.icmp ? end.address.to_string() : end.to_string();
}

// A director's work by its traces: what it left different tells the forwarding method.
std::string did_as_director(const Layers& in, const Layers& out) {
  if (!in.outer && out.outer) return "tunnelled to " + out.outer->destination.to_string();
  if (end_text(in, true) != end_text(out, true))
    return "changed the destination to " + end_text(out, true);
  if (end_text(in, false) != end_text(out, false))
    return "changed the source to " + end_text(out, false);
  const auto to = Decoded(out).field("eth.dst");
  return "sent on to " + to.value_or("?");
}

// "the wire of rs1:eth0 is cut"
std::string describe_wires(topology::SetWires::Deed deed, const topology::SetWires::Port& port) {
  const std::string wire = "the wire of " + port.host + ":" + port.interface;
  if (deed == topology::SetWires::Deed::cut) return wire + " is cut";
  const std::string verb = deed == topology::SetWires::Deed::mend ? " is mended: " : " becomes ";
  const auto& [out, in] = port.wires;
  if (out == in) return wire + verb + topology::to_string(out);
  return wire + verb + "out " + topology::to_string(out) + ", in " + topology::to_string(in);
}

}  // namespace

std::string kind_of_packet(const Layers& layers) {
  if (!layers.ip) return "frame";
  if (layers.ip->fragment_offset)
    return "fragment at " + std::to_string(layers.ip->fragment_offset);
  if (layers.tcp) return kind_of_tcp(layers);
  if (layers.icmp) return kind_of_icmp(layers);
  return layers.udp ? "datagram" : "packet";
}

std::string title_of(const Study& study, const Packet& packet) {
  const Exchange& exchange = study.exchanges()[packet.exchange];
  const Layers& first = study.frames()[packet.sightings.front()].layers;
  const std::string client = first.icmp && !packet.error ? exchange.client.address.to_string()
                                                         : exchange.client.to_string();
  const std::string kind = kind_of_packet(first);
  if (packet.error) return "error: " + kind + " about " + client;
  return packet.way == Way::request ? "request: " + kind + " of " + client
                                    : "reply: " + kind + " to " + client;
}

std::string did_at_origin(const Packet& packet) {
  if (packet.error) return "reported the error";
  return packet.way == Way::request ? "made the packet" : "answered";
}

std::string did_in_passing(const Study& study, const Observation& in, const Observation& out) {
  const std::string& before = in.sighting->comment;
  const std::string& after = out.sighting->comment;
  if (!after.empty()) return before.empty() || before == after ? after : before + "; " + after;
  if (!before.empty()) return before;
  if (study.role(study.host(out)) == topology::Role::director)
    return did_as_director(in.layers, out.layers);
  if (in.layers.outer && !out.layers.outer) return "took the outer header off and sent it on";
  const Decoded was(in.layers), is(out.layers);
  return was.field("ip.ttl") == is.field("ip.ttl") ? "passed it on" : "routed";
}

Ending ending_of(const Study& study, const Packet& packet) {
  const Observation& last = study.frames()[packet.sightings.back()];
  const std::string& name = study.host(last);
  if (last.sighting->direction == fabric::Direction::sent) return {"", "lost after " + name};
  const std::string delivered =
      last.layers.outer ? "took the outer header off and delivered" : "delivered";
  const bool spoke = answered(study, packet, name);
  const std::string& comment = last.sighting->comment;
  // Of a packet it answered, the comment tells how it was taken in.
  if (spoke || packet.error) return {comment.empty() ? delivered : comment, "delivered to " + name};
  if (!comment.empty()) return told(name, comment);
  const topology::Host* host = study.find_host(name);
  if (host)
    if (const std::string why = obstacle(*host, last.layers); !why.empty())
      return dropped(name, why);
  const bool silent = packet.way == Way::request;
  return {delivered, "delivered to " + name + (silent ? ", which did not answer" : "")};
}

std::string awaited(const topology::Await& await) {
  return await.director + " knows " +
         (await.connections == 0 ? "no connection any more"
                                 : count_of(await.connections, "connection"));
}

std::string describe_action(const topology::Action& action) {
  struct Visitor {
    static std::string at_once(uint32_t count) {
      return count > 1 ? " (" + std::to_string(count) + " at once)" : "";
    }
    std::string operator()(const topology::Request& a) const {
      return count_of(a.count, "request") + at_once(a.at_once) + " over " +
             (a.transport == topology::Transport::tcp ? "TCP" : "UDP") + " from " + a.from +
             " to " + a.to.to_string() +
             (a.size ? ", " + count_of(a.size, "byte") + " more each" : "") +
             (a.keep.empty() ? "" : ", kept open as " + a.keep);
    }
    std::string operator()(const topology::Continue& a) const {
      return "one more request on each of " + count_of(a.count, "connection") + " kept as " +
             a.kept + at_once(a.at_once) + ", from " + a.from + " to " + a.to.to_string();
    }
    std::string operator()(const topology::Ping& a) const {
      return count_of(a.count, "echo request") + " from " + a.from + " to " + a.to.to_string();
    }
    std::string operator()(const topology::ArpProbe& a) const {
      return a.from + " asks who has " + a.address.to_string();
    }
    std::string operator()(const topology::ApplyRules& a) const {
      std::vector<std::string> each;
      for (const auto& given : a.given)
        each.push_back(count_of(given.rules.size(), "rule") + " given to " + given.director);
      return joined(each, ", ");
    }
    std::string operator()(const topology::Takeover& a) const {
      std::vector<std::string> addresses;
      for (const auto& move : a.moves) addresses.push_back(move.address.address.to_string());
      return a.to + " takes over " + joined(addresses, ", ") + " from " + a.from;
    }
    std::string operator()(const topology::Await& a) const { return "until " + awaited(a); }
    std::string operator()(const topology::Life& a) const {
      if (a.change == topology::Life::Change::stop) return a.host + " loses its power";
      return a.host + (a.change == topology::Life::Change::start ? " starts" : " starts anew");
    }
    std::string operator()(const topology::SendFrames& a) const {
      return count_of(a.frames.size(), "frame") + " as if sent by " + a.host + ":" + a.interface;
    }
    std::string operator()(const topology::Flood& a) const {
      return "a flood of " + count_of(a.count, "SYN") + " from " + a.from + " to " +
             a.to.to_string();
    }
    std::string operator()(const topology::Junk& a) const {
      return count_of(a.count, "frame") + " of junk from " + a.from + " to " + a.to.to_string();
    }
    std::string operator()(const topology::Spoof& a) const {
      return a.from + " claims to be " + a.address.to_string();
    }
    std::string operator()(const topology::Exec& a) const {
      return a.host + " runs: " + joined(a.command, " ");
    }
    std::string operator()(const topology::SetWires& a) const {
      std::vector<std::string> each;
      for (const auto& port : a.ports) each.push_back(describe_wires(a.deed, port));
      return joined(each, ", ");
    }
    std::string operator()(const topology::Wait& a) const {
      return std::to_string(a.time.count()) + " ms pass";
    }
  };
  return std::visit(Visitor{}, action);
}

std::string describe_step(const topology::Step& step) {
  std::string text = describe_action(step.action);
  for (const auto& one : step.meanwhile)
    text += "; after " + std::to_string(one.after.count()) + " ms: " + describe_action(one.action);
  return text;
}

}  // namespace lvslab::scenario
