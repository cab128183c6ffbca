#pragma once
// One TCP connection (RFC 9293), from the SYN that made it, the peer's or its own, to its end.
//
// Theory of operation. A request of 18 bytes and its reply, both sequence spaces from 0 but for the
// SYN (peer first):
//
//   SYN seq 0                     ->  syn_received; <- SYN,ACK seq 0 ack 1
//   ACK seq 1 ack 1               ->  open
//   PSH,ACK seq 1 len 18          ->  handler answers 40 bytes and close:
//                                     <- PSH,ACK seq 1 len 40 ack 19; <- FIN,ACK seq 41
//   ACK ack 42                    ->  our FIN is acknowledged
//   FIN,ACK seq 19 ack 42         ->  <- ACK ack 20; time_wait for 60 s
//
// The same from the other side: SYN, syn_sent; the SYN-ACK is acknowledged, then the text goes.
//
// `open` is ESTABLISHED and all that follows up to TIME-WAIT; which of them is told by whether our
// FIN is queued, sent or acknowledged and whether the peer's has come.
//
// What it does: in-order data, acknowledged at once; retransmission of SYN-ACK, data and FIN from
// the oldest unacknowledged byte (go-back-N) after 1 s, doubling, at most 6 times; slow start from
// 10 segments (RFC 6928); the peer's window and MSS; zero-window probes. What it does not:
// simultaneous open, window scaling, timestamps, SACK, fast retransmit, urgent data, a queue for
// segments out of order (they are dropped and the last ACK repeated).

#include <string>

#include "emulator/base/time.hh"
#include "emulator/host/drops.hh"
#include "emulator/host/egress.hh"
#include "emulator/host/service.hh"
#include "emulator/host/tcp_segment.hh"

namespace lvslab::host {

inline constexpr Duration kTcpFirstTimeout = std::chrono::seconds(1);  // RFC 6298, 2.1
inline constexpr int kTcpRetries = 6;
inline constexpr Duration kTcpTimeWait = std::chrono::seconds(60);  // as Linux, TCP_TIMEWAIT_LEN
inline constexpr Duration kTcpIdle = std::chrono::seconds(120);     // no request, or no FIN
inline constexpr size_t kTcpReceiveBound = 256 * 1024;              // bytes of one request

// A connection that this host opens.
struct TcpOpening {
  wire::Endpoint local, peer;
  uint32_t initial_sequence = 0;
  uint16_t mss_limit = 536;  // the way's MTU less 40 (IPv6: 60)
  std::string text;          // goes first
};

class TcpConnection {
 public:
  enum class State : uint8_t { syn_sent, syn_received, open, time_wait, closed };
  // Why it is over. in_order: both have said FIN.
  enum class End : uint8_t { not_yet, in_order, reset, refused, gave_up };

  // mss_limit: the way's MTU less 40 (IPv6: 60), announced and obeyed. handler must outlive the
  // connection. Sends the SYN-ACK.
  TcpConnection(const Segment& syn, uint32_t initial_sequence, uint16_t mss_limit,
                const TcpHandler& handler, Time now, Egress& out);
  // Sends the SYN. handler is asked what follows on what comes.
  TcpConnection(const TcpOpening& opening, const TcpHandler& handler, Time now, Egress& out);

  // More text for the peer; FIN behind what is said.
  void say(std::string_view text, Time now, Egress& out);
  void close(Time now, Egress& out);

  void receive(const Segment& segment, Time now, Egress& out, Drops& drops);
  void tick(Time now, Egress& out, Drops& drops);
  // The way's MTU has turned out smaller (RFC 1191): what is under way goes again, in less.
  void too_big(uint16_t mss_limit, Time now, Egress& out);

  State state() const { return state_; }
  End end() const { return end_; }
  bool peer_finished() const { return peer_finished_; }
  Time deadline() const { return deadline_; }
  // A SYN that may replace this connection in time_wait (RFC 9293, 3.10.7.4).
  bool superseded_by(const Segment& segment) const;

 private:
  void take_answer_to_syn(const Segment& segment, Time now, Egress& out);
  void end_with(End end);
  bool acceptable(const Segment& segment) const;
  // Both return false when the segment needs no further look.
  bool take_reset_or_syn(const Segment& segment, Egress& out);
  bool take_acknowledgment(const Segment& segment, Egress& out);
  void advance(uint32_t acknowledgment);
  void take_data(const Segment& segment, Egress& out, Drops& drops);
  void serve(Egress& out, Drops& drops);
  void take_fin();
  void retransmit(Time now, Egress& out);

  void send_what_fits(Egress& out);
  void emit(uint8_t flags, uint32_t sequence, std::string_view payload, Egress& out);
  void emit_syn(Egress& out);
  void emit_syn_ack(Egress& out);
  // The retransmission timer runs on unless something new was acknowledged (RFC 6298, 5.3).
  void set_deadline(Time now);

  uint16_t receive_window() const;
  uint32_t fin_sequence() const { return oldest_ + static_cast<uint32_t>(outgoing_.size()); }
  bool all_acknowledged() const { return oldest_ == highest_; }

  Conversation ends_;
  const TcpHandler& handler_;
  State state_ = State::syn_received;
  End end_ = End::not_yet;
  Time deadline_{};

  // Ours to the peer. RFC 9293 calls them SND.UNA, SND.NXT, SND.WND; highest_ is where SND.NXT has
  // ever been, which a retransmission goes back from.
  uint32_t oldest_, next_, highest_;
  uint32_t window_;
  uint32_t window_sequence_, window_acknowledgment_;  // SND.WL1, SND.WL2
  uint32_t congestion_;                               // bytes
  uint16_t mss_;
  uint16_t announced_mss_;
  std::string outgoing_;  // from oldest_ on
  bool closing_ = false;  // FIN follows outgoing_
  bool fin_sent_ = false;
  bool fin_acknowledged_ = false;
  bool ack_due_ = false;

  // The peer's to us.
  uint32_t expected_;     // RCV.NXT; nothing yet in syn_sent
  std::string received_;  // not yet answered
  bool peer_finished_ = false;
  bool peer_finished_first_ = false;

  Duration timeout_ = kTcpFirstTimeout;
  int retries_ = 0;
  bool timing_ = true;     // the deadline is a retransmission's
  bool progress_ = false;  // something new was acknowledged since set_deadline()
};

}  // namespace lvslab::host
