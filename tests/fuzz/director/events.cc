#include "tests/fuzz/director/events.hh"

#include <algorithm>
#include <array>

#include "tests/fuzz/support/byte_reader.hh"

namespace lvslab::fuzz {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Around the timeouts of IPVS: a new connection's 3 s, closing 10 s, SYN_RECV 60 s, FIN_WAIT 120 s,
// UDP 300 s, ESTABLISHED 900 s; reassembly 30 s, one tick 10 ms, a sample 2 s.
constexpr std::array<Duration, 16> kPauses = {
    milliseconds(0),   milliseconds(1), milliseconds(10), milliseconds(11),
    milliseconds(500), seconds(1),      seconds(2),       seconds(3),
    seconds(9),        seconds(31),     seconds(59),      seconds(61),
    seconds(121),      seconds(301),    seconds(361),     seconds(901)};

}  // namespace

PacketFields read_packet_fields(Bytes fields) {
  ByteReader in(fields);
  PacketFields packet;
  packet.flags = in.u8();
  packet.client = in.u8();
  packet.to = in.u8();
  packet.protocol = in.u8();
  packet.from_port = in.u16();
  packet.to_port = in.u8();
  packet.tcp_flags = in.u8();
  packet.hops = in.u8();
  packet.data = in.u8();
  packet.tos = in.u8();
  packet.options = in.u8();
  return packet;
}

AnswerFields read_answer_fields(Bytes fields) {
  ByteReader in(fields);
  AnswerFields answer;
  answer.about = in.u8();
  answer.tcp_flags = in.u8();
  answer.flags = in.u8();
  answer.hops = in.u8();
  answer.data = in.u8();
  return answer;
}

ErrorFields read_error_fields(Bytes fields) {
  ByteReader in(fields);
  ErrorFields error;
  error.about = in.u8();
  error.type = in.u8();
  error.code = in.u8();
  error.flags = in.u8();
  error.quoted = in.u8();
  error.mtu = in.u16();
  return error;
}

AgainFields read_again_fields(Bytes fields) {
  ByteReader in(fields);
  AgainFields again;
  again.about = in.u8();
  again.tcp_flags = in.u8();
  again.flags = in.u8();
  return again;
}

Duration pause_of(Bytes fields) {
  return kPauses[ByteReader(fields).below(kPauses.size())];
}

void decode(Bytes input, Storm& into) {
  ByteReader in(input);
  into.surroundings.inside_mtu = in.u8();
  into.surroundings.table_bound = in.u8();
  into.surroundings.flags = in.u8();
  into.surroundings.seed = in.u8();
  into.records.clear();
  into.records.reserve(std::min(kMostRecords, input.size() / kRecordHeader + 1));
  while (!in.empty() && into.records.size() < kMostRecords) {
    const auto kind = static_cast<Kind>(in.below(kKinds));
    const size_t size = in.u16();
    into.records.push_back({kind, in.bytes(size)});
  }
}

std::vector<uint8_t> encode(const Storm& storm) {
  const Surroundings& about = storm.surroundings;
  size_t size = kSurroundingsSize;
  for (const Record& record : storm.records) size += kRecordHeader + record.fields.size();
  std::vector<uint8_t> bytes;
  bytes.reserve(size);
  for (const uint8_t field : {about.inside_mtu, about.table_bound, about.flags, about.seed})
    bytes.push_back(field);
  for (const Record& record : storm.records) {
    bytes.push_back(static_cast<uint8_t>(record.kind));
    bytes.push_back(static_cast<uint8_t>(record.fields.size()));
    bytes.push_back(static_cast<uint8_t>(record.fields.size() >> 8));
    bytes.insert(bytes.end(), record.fields.begin(), record.fields.end());
  }
  return bytes;
}

}  // namespace lvslab::fuzz
