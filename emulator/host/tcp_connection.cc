#include "emulator/host/tcp_connection.hh"

#include <algorithm>

namespace lvslab::host {

namespace flag = wire::tcp_flag;

namespace {
constexpr uint16_t kDefaultMss = 536;      // RFC 9293, 3.7.1
constexpr uint16_t kDefaultMss6 = 1220;    // RFC 9293, 3.7.1
constexpr uint32_t kInitialSegments = 10;  // RFC 6928
constexpr uint32_t kLargestWindow = 65535;
constexpr uint16_t kSmallestMss = 64;  // a peer announcing less would have us send headers

uint16_t mss_of(const Segment& syn) {
  return syn.mss.value_or(syn.from.address.is_v6() ? kDefaultMss6 : kDefaultMss);
}
}  // namespace

TcpConnection::TcpConnection(const Segment& syn, uint32_t initial_sequence, uint16_t mss_limit,
                             const TcpHandler& handler, Time now, Egress& out)
    : ends_{syn.from, syn.to},
      handler_(handler),
      oldest_(initial_sequence),
      next_(initial_sequence + 1),
      highest_(next_),
      window_(syn.window),
      window_sequence_(syn.sequence),
      window_acknowledgment_(initial_sequence),
      mss_(std::max(kSmallestMss, std::min(mss_of(syn), mss_limit))),
      announced_mss_(mss_limit),
      expected_(syn.sequence + 1) {
  congestion_ = kInitialSegments * mss_;
  emit_syn_ack(out);
  deadline_ = now + timeout_;
}

TcpConnection::TcpConnection(const TcpOpening& opening, const TcpHandler& handler, Time now,
                             Egress& out)
    : ends_{opening.peer, opening.local},
      handler_(handler),
      state_(State::syn_sent),
      oldest_(opening.initial_sequence),
      next_(opening.initial_sequence + 1),
      highest_(next_),
      window_(0),
      window_sequence_(0),
      window_acknowledgment_(opening.initial_sequence),
      congestion_(0),
      mss_(opening.mss_limit),
      announced_mss_(opening.mss_limit),
      outgoing_(opening.text),
      expected_(0) {
  emit_syn(out);
  deadline_ = now + timeout_;
}

void TcpConnection::say(std::string_view text, Time now, Egress& out) {
  outgoing_ += text;
  send_what_fits(out);
  set_deadline(now);
}

void TcpConnection::close(Time now, Egress& out) {
  if (state_ == State::syn_sent) return end_with(End::in_order);  // nobody knows of it
  closing_ = true;
  send_what_fits(out);
  set_deadline(now);
}

void TcpConnection::end_with(End end) {
  state_ = State::closed;
  if (end_ == End::not_yet) end_ = end;
}

// RFC 9293, 3.10.7.3.
void TcpConnection::take_answer_to_syn(const Segment& segment, Time now, Egress& out) {
  const bool answers = segment.has(flag::kAck) && segment.acknowledgment == next_;
  if (segment.has(flag::kAck) && !answers) {
    if (!segment.has(flag::kRst)) out.originate(write_segment(reset_for(segment)));
    return;
  }
  if (segment.has(flag::kRst) && answers) return end_with(End::refused);
  if (segment.has(flag::kRst) || !segment.has(flag::kSyn) || !answers) return;
  expected_ = segment.sequence + 1;
  window_ = segment.window;
  window_sequence_ = segment.sequence;
  window_acknowledgment_ = segment.acknowledgment;
  mss_ = std::max(kSmallestMss, std::min(mss_of(segment), mss_));
  congestion_ = kInitialSegments * mss_;
  state_ = State::open;
  advance(segment.acknowledgment);
  emit(flag::kAck, next_, {}, out);
  send_what_fits(out);
  set_deadline(now);
}

bool TcpConnection::superseded_by(const Segment& segment) const {
  return state_ == State::time_wait && segment.has(flag::kSyn) && !segment.has(flag::kAck) &&
         !segment.has(flag::kRst) && before(expected_, segment.sequence);
}

void TcpConnection::receive(const Segment& segment, Time now, Egress& out, Drops& drops) {
  if (state_ == State::syn_sent) return take_answer_to_syn(segment, now, out);
  const bool repeated_syn = state_ == State::syn_received && segment.has(flag::kSyn) &&
                            !segment.has(flag::kAck) && segment.sequence + 1 == expected_;
  if (repeated_syn) {
    emit_syn_ack(out);
    return;
  }
  if (!acceptable(segment)) {
    drops.count(DropReason::tcp_out_of_window);
    if (segment.has(flag::kRst)) return;
    emit(flag::kAck, next_, {}, out);
    // The FIN again: 2 MSL begin anew.
    if (state_ == State::time_wait && segment.has(flag::kFin)) deadline_ = now + kTcpTimeWait;
    return;
  }
  if (!take_reset_or_syn(segment, out) || !take_acknowledgment(segment, out)) return;
  if (state_ == State::time_wait) return;
  take_data(segment, out, drops);
  if (state_ == State::closed) return;
  send_what_fits(out);
  if (ack_due_) emit(flag::kAck, next_, {}, out);
  set_deadline(now);
}

// RFC 9293, 3.10.7.4, first: some of it lies within the receive window.
bool TcpConnection::acceptable(const Segment& segment) const {
  const uint32_t window = receive_window();
  const uint32_t end = segment.sequence + segment.length();
  if (segment.length() == 0)
    return window == 0 ? segment.sequence == expected_ : segment.sequence - expected_ < window;
  if (window == 0) return false;
  return segment.sequence - expected_ < window || end - 1 - expected_ < window;
}

bool TcpConnection::take_reset_or_syn(const Segment& segment, Egress& out) {
  if (segment.has(flag::kRst)) {
    // Only the exact sequence number resets; others get a challenge (RFC 9293, 3.10.7.4, second).
    if (segment.sequence == expected_)
      end_with(End::reset);
    else
      emit(flag::kAck, next_, {}, out);
    return false;
  }
  if (segment.has(flag::kSyn)) {
    emit(flag::kAck, next_, {}, out);
    return false;
  }
  return segment.has(flag::kAck);
}

bool TcpConnection::take_acknowledgment(const Segment& segment, Egress& out) {
  const uint32_t ack = segment.acknowledgment;
  if (before(highest_, ack) || (state_ == State::syn_received && ack != highest_)) {
    if (state_ == State::syn_received) {
      out.originate(write_segment(reset_for(segment)));
      return false;
    }
    emit(flag::kAck, next_, {}, out);
    return false;
  }
  if (state_ == State::syn_received) {
    state_ = State::open;
    advance(ack);
  } else if (before(oldest_, ack)) {
    fin_acknowledged_ = fin_sent_ && ack == fin_sequence() + 1;
    const uint32_t bytes = ack - oldest_ - (fin_acknowledged_ ? 1 : 0);
    outgoing_.erase(0, bytes);
    congestion_ = std::min(congestion_ + bytes, kLargestWindow);
    advance(ack);
  }
  const bool newer = before(window_sequence_, segment.sequence) ||
                     (window_sequence_ == segment.sequence && !before(ack, window_acknowledgment_));
  if (newer) {
    window_ = segment.window;
    window_sequence_ = segment.sequence;
    window_acknowledgment_ = ack;
  }
  return true;
}

void TcpConnection::advance(uint32_t acknowledgment) {
  oldest_ = acknowledgment;
  if (before(next_, oldest_)) next_ = oldest_;
  retries_ = 0;
  timeout_ = kTcpFirstTimeout;
  progress_ = true;
}

void TcpConnection::take_data(const Segment& segment, Egress& out, Drops& drops) {
  if (segment.length() == 0) return;
  ack_due_ = true;
  if (before(expected_, segment.sequence)) {
    drops.count(DropReason::tcp_out_of_order);
    return;
  }
  const uint32_t known = expected_ - segment.sequence;  // bytes that came before
  if (known > segment.payload.size()) return;
  std::string_view fresh = segment.payload.substr(known);
  const bool whole = fresh.size() <= receive_window();
  fresh = fresh.substr(0, receive_window());
  if (peer_finished_) return;
  expected_ += static_cast<uint32_t>(fresh.size());
  if (!fresh.empty() && !closing_) {
    received_ += fresh;
    serve(out, drops);
  }
  if (segment.has(flag::kFin) && whole && state_ != State::closed) take_fin();
}

void TcpConnection::serve(Egress& out, Drops& drops) {
  auto reply = handler_(ends_, received_);
  if (reply) {
    received_.clear();
    outgoing_ += reply->bytes;
    closing_ = reply->close;
  } else if (received_.size() >= kTcpReceiveBound) {
    drops.count(DropReason::tcp_request_too_long);
    emit(flag::kRst | flag::kAck, next_, {}, out);
    end_with(End::reset);
  }
}

void TcpConnection::take_fin() {
  peer_finished_ = true;
  ++expected_;
  // No request is complete that was not so far: we have nothing more to say either.
  peer_finished_first_ = !fin_sent_;
  closing_ = true;
}

void TcpConnection::send_what_fits(Egress& out) {
  if (state_ != State::open || fin_acknowledged_) return;
  while (true) {
    const size_t sent = next_ - oldest_;
    if (sent >= outgoing_.size()) break;
    const uint32_t allowed = std::min(window_, congestion_);
    const size_t room = allowed > sent ? allowed - sent : 0;
    const size_t left = outgoing_.size() - sent;
    const size_t size = std::min({left, room, size_t{mss_}});
    if (size == 0) return;
    const auto push = size == left ? flag::kPsh : uint8_t{0};
    emit(static_cast<uint8_t>(flag::kAck | push), next_,
         std::string_view(outgoing_).substr(sent, size), out);
    next_ += static_cast<uint32_t>(size);
    if (before(highest_, next_)) highest_ = next_;
  }
  if (closing_ && next_ == fin_sequence()) {
    emit(flag::kFin | flag::kAck, next_, {}, out);
    fin_sent_ = true;
    ++next_;
    if (before(highest_, next_)) highest_ = next_;
  }
}

void TcpConnection::set_deadline(Time now) {
  ack_due_ = false;
  if (fin_acknowledged_ && peer_finished_) {
    // LAST-ACK ends at once; from FIN-WAIT or CLOSING the way leads through TIME-WAIT.
    end_ = End::in_order;
    state_ = peer_finished_first_ ? State::closed : State::time_wait;
    deadline_ = now + kTcpTimeWait;
    return;
  }
  const bool unfinished = !all_acknowledged() || !outgoing_.empty();
  if (unfinished && timing_ && !progress_) return;
  timing_ = unfinished;
  progress_ = false;
  deadline_ = now + (unfinished ? timeout_ : kTcpIdle);
}

void TcpConnection::tick(Time now, Egress& out, Drops& drops) {
  if (deadline_ > now || state_ == State::closed) return;
  if (state_ == State::time_wait) return end_with(End::in_order);
  const bool idle = all_acknowledged() && outgoing_.empty();
  if (idle || retries_ == kTcpRetries) {
    drops.count(DropReason::tcp_gave_up);
    if (idle) emit(flag::kRst | flag::kAck, next_, {}, out);
    end_with(End::gave_up);
    return;
  }
  retransmit(now, out);
}

void TcpConnection::retransmit(Time now, Egress& out) {
  ++retries_;
  timeout_ *= 2;  // RFC 6298, 5.5
  if (state_ == State::syn_sent) {
    emit_syn(out);
  } else if (state_ == State::syn_received) {
    emit_syn_ack(out);
  } else {
    congestion_ = mss_;  // RFC 5681, 3.1
    next_ = oldest_;
    const uint32_t window = window_;
    window_ = std::max(window_, 1U);  // RFC 9293, 3.8.6.1: one byte probes a closed window
    send_what_fits(out);
    window_ = window;
  }
  deadline_ = now + timeout_;
}

void TcpConnection::too_big(uint16_t mss_limit, Time now, Egress& out) {
  if (state_ != State::open || mss_limit >= mss_) return;
  mss_ = std::max(mss_limit, kSmallestMss);
  next_ = oldest_;
  send_what_fits(out);
  set_deadline(now);
}

void TcpConnection::emit_syn(Egress& out) {
  Segment segment{ends_.local, ends_.peer,       oldest_,        0,
                  flag::kSyn,  receive_window(), announced_mss_, {}};
  out.originate(write_segment(segment));
}

void TcpConnection::emit_syn_ack(Egress& out) {
  Segment segment{ends_.local,      ends_.peer,     oldest_, expected_, flag::kSyn | flag::kAck,
                  receive_window(), announced_mss_, {}};
  out.originate(write_segment(segment));
}

void TcpConnection::emit(uint8_t flags, uint32_t sequence, std::string_view payload, Egress& out) {
  ack_due_ = false;
  Segment segment{ends_.local, ends_.peer,       sequence, expected_,
                  flags,       receive_window(), {},       payload};
  out.originate(write_segment(segment));
}

uint16_t TcpConnection::receive_window() const {
  return static_cast<uint16_t>(
      std::min<size_t>(kLargestWindow, kTcpReceiveBound - received_.size()));
}

}  // namespace lvslab::host
