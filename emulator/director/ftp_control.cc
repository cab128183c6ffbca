#include "emulator/director/ftp_control.hh"

#include <cstring>

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::director {

namespace {

// RFC 9293, 3.1; RFC 2018.
constexpr size_t kSequenceAt = 4;
constexpr size_t kAcknowledgmentAt = 8;
constexpr uint8_t kEndOfOptions = 0, kNoOperation = 1, kSack = 5;
constexpr size_t kSackHead = 2, kSackEdge = 4, kSackBlock = 2 * kSackEdge;

bool checksum_good(const wire::Frame& frame, const wire::IpEdit& ip) {
  return checksum_is_partial(frame, ip) || wire::checksum_ok(ip.payload(), ip.pseudo_header_sum());
}

// 32 bit fields of the segment and what they do to the checksum. As nf_conntrack, it takes SACK
// edges for halves of words: where they stand at odd places (one no-operation before the option)
// the checksum comes out wrong (Linux 6.1).
class Renumbering {
 public:
  explicit Renumbering(MutableBytes segment) : segment_(segment) {}

  void replace(size_t at, uint32_t by) {
    uint8_t* field = segment_.data() + at;
    const uint32_t before = load_be32(field);
    if (before == by) return;
    delta_.replace32(before, by);
    store_be32(field, by);
    changed_ = true;
  }
  uint32_t value(size_t at) const { return load_be32(segment_.data() + at); }
  // A partial checksum does not cover the segment yet.
  void finish(bool partial) const {
    if (!changed_ || partial) return;
    const auto tcp = *wire::TcpEdit::over(segment_);
    tcp.set_checksum(delta_.apply(tcp.checksum()));
  }

 private:
  MutableBytes segment_;
  wire::ChecksumDelta delta_;
  bool changed_ = false;
};

void shift_sack(Renumbering& numbers, MutableBytes options, const SequenceShift& acknowledged) {
  for (size_t at = 0; at < options.size();) {
    const uint8_t kind = options[at];
    if (kind == kEndOfOptions) return;
    if (kind == kNoOperation) {
      ++at;
      continue;
    }
    if (options.size() - at < kSackHead) return;
    const size_t size = options[at + 1];
    if (size < kSackHead || size > options.size() - at) return;
    if (kind == kSack && size >= kSackHead + kSackBlock && (size - kSackHead) % kSackBlock == 0)
      for (size_t edge = kSackHead; edge < size; edge += kSackEdge) {
        const size_t place = wire::kTcpSize + at + edge;
        numbers.replace(place, acknowledged.acknowledgment(numbers.value(place)));
      }
    at += size;
  }
}

// `own`: of the sender's segments; `other`: of those that it acknowledges.
void shift(const wire::Frame& frame, const wire::IpEdit& ip, const SequenceShift& own,
           const SequenceShift& other) {
  if (own.none() && other.none()) return;
  const MutableBytes segment = ip.payload();
  const auto tcp = *wire::TcpEdit::over(segment);
  Renumbering numbers(segment);
  numbers.replace(kSequenceAt, own.sequence(tcp.sequence()));
  if (tcp.has(wire::tcp_flag::kAck)) {
    numbers.replace(kAcknowledgmentAt, other.acknowledgment(tcp.acknowledgment()));
    const size_t header = std::min(tcp.header_length(), segment.size());
    if (header > wire::kTcpSize)
      shift_sack(numbers, segment.subspan(wire::kTcpSize, header - wire::kTcpSize), other);
  }
  numbers.finish(checksum_is_partial(frame, ip));
}

// The IP header alone: the frame has its new size already.
void set_length(wire::Frame& frame, size_t total) {
  constexpr size_t kPayloadLengthAt = 4;  // RFC 8200, 3
  if (frame.data()[0] >> 4 == 6)
    return store_be16(frame.data() + kPayloadLengthAt,
                      static_cast<uint16_t>(total - wire::kIpv6Size));
  const auto ip = *wire::Ipv4Edit::over_quoted(frame.bytes());
  ip.set_total_length(static_cast<uint16_t>(total));
  ip.fill_checksum();
}

// Bytes [begin, end) of the packet become `words`; what stands before them moves. False: there is
// no room for it.
bool replace_words(wire::Frame& frame, const wire::IpEdit& ip, size_t begin, size_t end,
                   std::string_view words) {
  constexpr size_t kLargestLength = 65535;
  const size_t before = end - begin;
  const bool grows = words.size() > before;
  const size_t by = grows ? words.size() - before : before - words.size();
  const size_t total = grows ? ip.total_length() + by : ip.total_length() - by;
  const size_t most = kLargestLength + (ip.is_v4() ? 0 : wire::kIpv6Size);
  if (grows && (total > most || frame.headroom() < by + wire::kEthernetSize)) return false;
  const bool partial = checksum_is_partial(frame, ip);
  const auto old_length = static_cast<uint16_t>(ip.payload().size());
  const wire::Offload offload = frame.offload();  // which counts from where the header stands
  uint8_t* old_front = frame.data();
  if (grows)
    frame.prepend(by);
  else
    frame.trim_front(by);
  std::memmove(frame.data(), old_front, begin);
  frame.set_offload(offload);
  std::memcpy(frame.data() + begin, words.data(), words.size());
  set_length(frame, total);
  const auto moved = *wire::IpEdit::over(frame.bytes());
  const auto tcp = *wire::TcpEdit::over(moved.payload());
  if (partial) {
    wire::ChecksumDelta delta;
    delta.replace16(old_length, static_cast<uint16_t>(moved.payload().size()));
    tcp.set_checksum(delta.apply_partial(tcp.checksum()));
  } else {
    tcp.set_checksum(0);
    tcp.set_checksum(
        wire::checksum_finish(wire::checksum_sum(moved.payload(), moved.pseudo_header_sum())));
  }
  return true;
}

// IPVS looks for the TCP header as if the IP header were one of IPv4 (Linux 6.1): of IPv6 the upper
// half of the traffic class is taken for its length, and a packet that ends before is dropped.
bool long_enough(const wire::IpEdit& ip) {
  return ip.is_v4() || ip.total_length() >= (ip.data()[0] & 15U) * 4U + wire::kTcpSize;
}

}  // namespace

// The port that a service of FTP has is not asked, as in IPVS.
void Director::State::bind_helper(Connection& connection) {
  const bool is_control = connection.protocol == wire::proto::kTcp && !connection.is_template &&
                          !connection.bypass && connection.virtual_end.port == kFtp &&
                          connection.method == ipvs::Method::masquerade;
  if (is_control == (connection.ftp != nullptr)) return;
  if (!is_control) return release_helper(connection);
  connection.ftp = ftp_controls.make();
  connection.tracked = true;
}

void Director::State::release_helper(Connection& connection) {
  ftp_controls.release(connection.ftp);
  connection.ftp = nullptr;
}

// A data connection to come. Null when the table is full.
Connection* Director::State::expect(Connection& control, const ConnectionTable::Making& ends,
                                    Time now) {
  ConnectionTable::Making making = ends;
  making.protocol = control.protocol;
  if (control.server) making.method = control.server->rule.method;
  Connection* data = connections.make(making, now);
  if (!data) return nullptr;
  data->tracked = true;
  if (control.server) control.server->bind(*data);
  bind_helper(*data);
  data->controlled_by(control);
  return data;
}

void Director::State::listen(Connection& data, Time now) {
  data.state = static_cast<uint8_t>(TcpState::listen);
  data.timeout = timeouts.of(TcpState::listen);
  connections.refresh(data, now);
}

// nf_conntrack does it, and only while it is at work: it is not any more once the service is gone.
bool Director::State::renumbers(const Connection& connection) const {
  return services.tracks(connection.client.address.family());
}

// The packet has been masqueraded already. A dropping verdict if it may not go on.
void Director::State::control_request(const Context& context, Connection& connection) {
  FtpControl& ftp = *connection.ftp;
  if (!checksum_good(context.frame, context.ip))
    return refuse(context.verdict, DropReason::bad_tcp_checksum);
  if (!long_enough(context.ip)) return refuse(context.verdict, DropReason::malformed);
  if (state_of(connection) == TcpState::established) {
    const auto word =
        ftp_request(ftp_payload(context.ip.payload()), connection.client.address.family());
    if (word) ftp.mode = word->mode;
    if (word && word->data_end) {
      ConnectionTable::Making ends;
      ends.client = *word->data_end;
      ends.virtual_end = {connection.virtual_end.address,
                          static_cast<uint16_t>(connection.virtual_end.port - 1)};
      ends.real = {connection.real.address, static_cast<uint16_t>(connection.real.port - 1)};
      ends.mark = context.frame.mark();
      Connection* data =
          connections.find_request(connection.protocol, ends.client, ends.virtual_end);
      if (!data) data = expect(connection, ends, context.now);
      if (!data) return refuse(context.verdict, DropReason::table_full);
      listen(*data, context.now);
    }
  }
  if (renumbers(connection)) shift(context.frame, context.ip, ftp.to_server, ftp.to_client);
}

// The server's words. False: refused. `frame` may have moved.
bool Director::State::answer_passive(const Context& context, Connection& connection) {
  FtpControl& ftp = *connection.ftp;
  if (state_of(connection) != TcpState::established) return true;
  const Bytes payload = ftp_payload(context.ip.payload());
  const auto word = ftp_reply(payload, ftp.mode, connection.real.address);
  if (!word) return true;
  Connection* data =
      connections.find_reply(connection.protocol, word->data_end, {connection.client.address, 0});
  if (!data) {
    ConnectionTable::Making ends;
    ends.client = {connection.client.address, 0};
    ends.virtual_end = {connection.virtual_end.address, word->data_end.port};
    ends.real = word->data_end;
    ends.no_client_port = true;
    ends.mark = context.frame.mark();
    data = expect(connection, ends, context.now);
  }
  if (!data) {
    refuse(context.verdict, DropReason::table_full);
    return false;
  }
  const FtpWords words(ftp.mode, data->virtual_end);
  const auto before = static_cast<int32_t>(word->end - word->begin);
  const auto growth = static_cast<int32_t>(words.view().size()) - before;
  const uint32_t sequence = wire::TcpView::over(context.ip.payload())->sequence();
  const auto start = static_cast<size_t>(payload.data() - context.frame.data());
  ftp.mode = FtpMode::active;
  listen(*data, context.now);
  if (!renumbers(connection)) {
    refuse(context.verdict, DropReason::not_tracked);
    return false;
  }
  if (!replace_words(context.frame, context.ip, start + word->begin, start + word->end,
                     words.view())) {
    refuse(context.verdict, DropReason::too_large);
    return false;
  }
  ftp.to_client.resized(sequence, growth);
  return true;
}

// All of reply() for a control connection, whose packets may change their length.
void Director::State::control_reply(const Context& context, Connection& connection) {
  FtpControl& ftp = *connection.ftp;
  wire::Frame& frame = context.frame;
  if (!checksum_good(frame, context.ip))
    refuse(context.verdict, DropReason::bad_tcp_checksum);
  else if (!long_enough(context.ip))
    refuse(context.verdict, DropReason::malformed);
  else if (answer_passive(context, connection)) {
    const auto ip = *wire::IpEdit::over(frame.bytes());
    if (renumbers(connection)) shift(frame, ip, ftp.to_client, ftp.to_server);
    masquerade(frame, ip, kTcp, connection, Direction::reply);
    context.verdict.action = Action::forward;
    context.verdict.next_hop = connection.client.address;
    if (connection.server) connection.server->count_out(frame.size());
    kTcp.advance(connection, Direction::reply, ip.payload(), timeouts);
  }
  connections.refresh(connection, context.now);
  describe_connection(context.note, connection);
}

}  // namespace lvslab::director
