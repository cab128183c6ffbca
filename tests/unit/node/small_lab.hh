#pragma once
// A lab in memory for tests of nodes: segments that join ports, delivery in order, virtual time,
// and a list of every frame that crossed a segment. Clients are frames made by libtins.

#include <tins/tins.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <sstream>

#include "emulator/node/director_node.hh"
#include "emulator/node/server_node.hh"
#include "emulator/wire/describe.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::node::test {

using wire::IpAddress;
using wire::Mac;

inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
inline wire::Prefix prefix(const char* text) {
  return *wire::Prefix::parse(text);
}

struct Crossing {
  std::string from;  // the node that sent it
  std::vector<uint8_t> bytes;

  wire::EthernetView ethernet() const { return *wire::EthernetView::over(Bytes(bytes)); }
  bool is_ip() const { return ethernet().type() == wire::ethertype::kIpv4; }
  Bytes packet() const { return Bytes(bytes).subspan(wire::kEthernetSize); }
  wire::Ipv4View ip() const { return *wire::Ipv4View::over(packet()); }
  template <class Pdu>
  Pdu as() const {
    return Tins::EthernetII(bytes.data(), static_cast<uint32_t>(bytes.size())).rfind_pdu<Pdu>();
  }
  std::string text() const { return from + "  " + wire::describe(bytes); }
};

class SmallLab {
 public:
  // Segment n joins whoever says n for one of its ports.
  void join(std::string name, Node& node, std::vector<uint32_t> segments) {
    stations_.push_back({std::move(name), &node, std::move(segments)});
  }

  // A frame as if `name`, who is no node, had sent it; then all that follows from it.
  void inject(uint32_t segment, const std::string& name, const std::vector<uint8_t>& bytes) {
    put(segment, name, wire::Frame::copy_of(bytes), nullptr);
    settle();
  }
  void inject(uint32_t segment, const std::string& name, Tins::PDU&& pdu) {
    inject(segment, name, pdu.serialize());
  }

  void pass(Duration span) {
    const Time end = now + span;
    for (Time next = deadline(); next <= end; next = deadline()) {
      now = next;
      for (const Station& station : stations_) {
        Port port{*this, station};
        station.node->tick(now, port);
      }
      settle();
    }
    now = end;
  }

  // The IP frames since the last call, in order.
  std::vector<Crossing> crossings() {
    std::vector<Crossing> result;
    for (Crossing& crossing : crossed_)
      if (crossing.is_ip()) result.push_back(std::move(crossing));
    crossed_.clear();
    return result;
  }
  std::vector<Crossing> all_frames() { return std::exchange(crossed_, {}); }

  Time now{};

 private:
  struct Station {
    std::string name;
    Node* node;
    std::vector<uint32_t> segments;
  };
  struct Port : Outbox {
    Port(SmallLab& lab_in, const Station& station_in) : lab(lab_in), station(station_in) {}
    void send(uint32_t port, wire::Frame frame) override {
      lab.put(station.segments[port], station.name, std::move(frame), &station);
    }
    SmallLab& lab;
    const Station& station;
  };
  struct Flying {
    uint32_t segment;
    wire::Frame frame;
    const Station* from;
  };

  void put(uint32_t segment, const std::string& name, wire::Frame frame, const Station* from) {
    const Bytes bytes = frame.bytes();
    crossed_.push_back({name, {bytes.begin(), bytes.end()}});
    flying_.push_back({segment, std::move(frame), from});
  }
  void settle() {
    while (!flying_.empty()) {
      Flying flying = std::move(flying_.front());
      flying_.pop_front();
      for (const Station& station : stations_)
        for (uint32_t port = 0; port < station.segments.size(); ++port)
          if (station.segments[port] == flying.segment && &station != flying.from) {
            Port out{*this, station};
            station.node->receive(port, flying.frame.clone(), now, out);
          }
    }
  }
  Time deadline() const {
    Time least = kNever;
    for (const Station& station : stations_) least = std::min(least, station.node->next_deadline());
    return least;
  }

  std::deque<Station> stations_;
  std::deque<Flying> flying_;
  std::vector<Crossing> crossed_;
};

inline std::string story(const std::vector<Crossing>& crossings) {
  std::ostringstream text;
  for (const Crossing& crossing : crossings) text << "  " << crossing.text() << "\n";
  return text.str();
}

}  // namespace lvslab::node::test
