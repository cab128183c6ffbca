#pragma once
// Evidence written by hand, legibly: a small lab and the frames that would be seen in it.
//
//   client 198.51.100.10 -- router -- 192.0.2.0/24: director .2 (VIP .100), rs1 .11, rs2 .12
//
// Addresses are those of RFC 5737. Frames are made by libtins, so what is under test did not
// write them.

#include <string>
#include <vector>

#include "emulator/scenario/evaluate.hh"

namespace lvslab::scenario::test {

inline const std::string kClient = "198.51.100.10";
inline const std::string kVip = "192.0.2.100";
inline const std::string kDip = "192.0.2.2";
inline const std::string kRip1 = "192.0.2.11";
inline const std::string kClientMac = "02:00:00:00:01:01";
inline const std::string kRouterOut = "02:00:00:00:02:01";  // router:eth0, the clients' side
inline const std::string kRouterIn = "02:00:00:00:02:02";   // router:eth1, the servers' side
inline const std::string kDirectorMac = "02:00:00:00:03:01";
inline const std::string kRs1Mac = "02:00:00:00:04:01";
inline const std::string kRs2Mac = "02:00:00:00:05:01";

topology::Topology lab();

using FrameBytes = std::vector<uint8_t>;

// What a TCP, UDP or ICMP packet is made of; each case changes what it is about.
struct PacketText {
  std::string eth_src = kClientMac, eth_dst = kRouterOut;
  std::string src = kClient, dst = kVip;
  uint16_t sport = 40000, dport = 80;
  uint8_t ttl = 64;
  uint16_t id = 7;
  std::string flags = "S";
  uint32_t seq = 1000, ack = 0;
  std::string payload;
  bool df = true;
};
FrameBytes tcp(const PacketText& text);
FrameBytes udp(const PacketText& text);
// The packet with an IPIP header of these ends in front of it; TTL and DF as the inner ones.
FrameBytes tunnelled(const PacketText& text, const std::string& src, const std::string& dst,
                     bool is_udp = false);
FrameBytes echo(const PacketText& text, bool reply, uint16_t identifier, uint16_t sequence);
// An error from `from` to text.src that quotes the packet of text: type, code and next-hop MTU.
FrameBytes icmp_error(const PacketText& text, const std::string& from, uint8_t type, uint8_t code,
                      uint16_t mtu = 0);
FrameBytes who_has(const std::string& address, const std::string& mac, const std::string& ip);
FrameBytes is_at(const std::string& address, const std::string& mac, const std::string& to_mac,
                 const std::string& to_ip);

// With some bits of one byte turned; checksums stay as they were.
FrameBytes flipped(FrameBytes frame, size_t at, uint8_t bits = 0x01);

// A step's evidence as it grows, a millisecond between frames.
class Story {
 public:
  Story();
  Story& sent(const std::string& port, const FrameBytes& frame, const std::string& comment = "");
  Story& received(const std::string& port, const FrameBytes& frame,
                  const std::string& comment = "");
  // The frame crosses a link: sent by one port, received by the other.
  Story& crosses(const std::string& from, const std::string& to, const FrameBytes& frame,
                 const std::string& comment = "");
  Story& exchange(Outcome outcome, const std::string& server = "", uint16_t client_port = 40000,
                  uint8_t protocol = 6);

  StepResult result() const;
  // Of one expectation over this evidence.
  template <class What>
  Verdict judge(const What& what) const {
    StepRecord whole = record;
    whole.end_sighting = evidence.sightings.size();
    topology::Step with = step;
    with.expectations = {{what, "as expected", {7, 5}}};
    return evaluate(topology, with, evidence, whole).verdicts.back();
  }

  topology::Topology topology = lab();
  topology::Step step;
  fabric::Evidence evidence;
  StepRecord record;

 private:
  Story& seen(const std::string& port, fabric::Direction direction, const FrameBytes& frame,
              const std::string& comment);
};

// A request answered by rs1, SYN and SYN-ACK on every link, by each forwarding method.
Story dr_story();
Story nat_story();  // rs1's gateway is the director, which has eth1 in the servers' own network
Story tun_story();

// The verdict with its details, for a test that fails.
std::string text_of(const Verdict& verdict);
bool mentions(const Verdict& verdict, const std::string& text);
// "director eth0>eth1 @0.004 did [eth.src a -> b]": a journey's rows.
std::vector<std::string> rows_of(const Journey& journey);

}  // namespace lvslab::scenario::test
