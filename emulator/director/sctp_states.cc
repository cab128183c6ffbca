#include "emulator/director/sctp_states.hh"

namespace lvslab::director {

namespace {

constexpr size_t kStates = static_cast<size_t>(SctpState::kCount);
constexpr size_t kEvents = static_cast<size_t>(SctpEvent::kCount);
constexpr size_t kChecksumAt = 8;

using State = SctpState;
constexpr State NO = State::none, I1 = State::init1, IN = State::init, CS = State::cookie_sent,
                CR = State::cookie_replied, CW = State::cookie_wait, CO = State::cookie,
                CE = State::cookie_echoed, ES = State::established, SS = State::shutdown_sent,
                SR = State::shutdown_received, SA = State::shutdown_ack_sent, RJ = State::rejected,
                CL = State::closed;

using Row = std::array<State, kStates>;
using Table = std::array<Row, kEvents>;

// Rows in the order of SctpEvent; columns: the state before.
// clang-format off
constexpr Row kColumns{NO, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL};
constexpr std::array<Table, 3> kTables{{
    {{  // input
     /*data*/          {ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*init*/          {I1, IN, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, IN, IN},
     /*init ack*/      {CW, CW, CW, CS, CR, CO, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie echo*/   {CR, IN, IN, CR, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie ack*/    {ES, I1, IN, CS, CR, CW, CO, ES, ES, SS, SR, SA, RJ, CL},
     /*shutdown*/      {SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL},
     /*shutdown ack*/  {CL, IN, IN, CS, CR, CW, CO, CE, ES, CL, SR, CL, RJ, CL},
     /*shut. compl.*/  {CL, CL, CL, CS, CR, CW, CO, CE, ES, SS, SR, CL, RJ, CL},
     /*error*/         {CL, I1, IN, CS, CR, CW, CO, CL, ES, SS, SR, SA, RJ, CL},
     /*abort*/         {CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL}}},
    {{  // output
     /*data*/          {ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*init*/          {CW, CW, CW, CW, CW, CW, CW, CW, ES, CW, CW, CW, CW, CW},
     /*init ack*/      {CS, CS, CS, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie echo*/   {CE, CE, CE, CE, CE, CE, CE, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie ack*/    {ES, ES, ES, ES, ES, ES, ES, ES, ES, SS, SR, SA, RJ, CL},
     /*shutdown*/      {SS, SS, SS, SS, SS, SS, SS, SS, SS, SS, SR, SA, RJ, CL},
     /*shutdown ack*/  {SA, SA, SA, SA, SA, CW, CO, CE, ES, SA, SA, SA, RJ, CL},
     /*shut. compl.*/  {CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*error*/         {CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*abort*/         {CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL}}},
    {{  // input only
     /*data*/          {ES, I1, IN, CS, CR, ES, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*init*/          {I1, IN, IN, IN, IN, IN, CO, CE, ES, SS, SR, SA, IN, IN},
     /*init ack*/      {CE, CE, CE, CE, CE, CE, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie echo*/   {ES, ES, ES, ES, ES, ES, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*cookie ack*/    {ES, I1, IN, ES, ES, CW, ES, ES, ES, SS, SR, SA, RJ, CL},
     /*shutdown*/      {SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL},
     /*shutdown ack*/  {CL, IN, IN, CS, CR, CW, CO, CE, CL, CL, SR, CL, RJ, CL},
     /*shut. compl.*/  {CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, CL, CL, RJ, CL},
     /*error*/         {CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
     /*abort*/         {CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL}}},
}};
// clang-format on
constexpr bool columns_are_the_enum() {
  for (size_t i = 0; i < kStates; ++i)
    if (static_cast<size_t>(kColumns[i]) != i) return false;
  return true;
}
static_assert(columns_are_the_enum(), "columns stand in the order of SctpState");

// RFC 9260, 3.2, by chunk type; larger types are extensions, which say nothing of the state.
using enum SctpEvent;
constexpr std::array<SctpEvent, 15> kEventOfType{
    data,        init,       init_ack, data,         data,
    data,        abort,      shutdown, shutdown_ack, error,
    cookie_echo, cookie_ack, data,     data,         shutdown_complete};

constexpr std::array<std::string_view, kStates> kNames{
    "NONE",     "INIT1",       "INIT",   "C-SENT",     "C-REPLIED",  "C-WAIT",   "COOKIE",
    "C-ECHOED", "ESTABLISHED", "S-SENT", "S-RECEIVED", "S-ACK-SENT", "REJECTED", "CLOSED"};

// The reflected polynomial of CRC32c, a byte at a time and eight at a time: kCrc[n][b] is what byte
// b does when n more bytes follow it.
constexpr uint32_t kPolynomial = 0x82f63b78;
using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

constexpr CrcTables crc_tables() {
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t n = 1; n < tables.size(); ++n)
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  return tables;
}
constexpr CrcTables kCrc = crc_tables();

uint32_t crc_over(Bytes bytes, uint32_t crc) {
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const uint32_t low = crc ^ load_le32(at);
    const uint32_t high = load_le32(at + 4);
    crc = kCrc[7][low & 0xff] ^ kCrc[6][low >> 8 & 0xff] ^ kCrc[5][low >> 16 & 0xff] ^
          kCrc[4][low >> 24] ^ kCrc[3][high & 0xff] ^ kCrc[2][high >> 8 & 0xff] ^
          kCrc[1][high >> 16 & 0xff] ^ kCrc[0][high >> 24];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kCrc[0][(crc ^ *at) & 0xff];
  return crc;
}

// Chunks are padded to four bytes; their length field does not count the padding.
constexpr size_t padded(size_t length) {
  return (length + 3) & ~size_t{3};
}

}  // namespace

std::optional<uint8_t> first_sctp_chunk(Bytes segment) {
  if (segment.size() < kSctpSize + kSctpChunkSize) return {};
  return segment[kSctpSize];
}

std::optional<SctpEvent> sctp_event(Bytes segment) {
  const auto first = first_sctp_chunk(segment);
  if (!first) return {};
  uint8_t type = *first;
  if (type == sctp_chunk::kCookieEcho || type == sctp_chunk::kCookieAck) {
    const size_t length = load_be16(segment.data() + kSctpSize + 2);
    const size_t second = kSctpSize + padded(length);
    if (length >= kSctpChunkSize && second + kSctpChunkSize <= segment.size() &&
        segment[second] == sctp_chunk::kAbort)
      type = sctp_chunk::kAbort;
  }
  return type < kEventOfType.size() ? kEventOfType[type] : SctpEvent::data;
}

SctpState next_state(SctpTable table, SctpState state, SctpEvent event) {
  return kTables[static_cast<size_t>(table)][static_cast<size_t>(event)]
                [static_cast<size_t>(state)];
}

std::string_view name_of(SctpState state) {
  return kNames[static_cast<size_t>(state)];
}

Duration timeout_of(SctpState state) {
  using std::chrono::seconds;
  switch (state) {
    case SctpState::none:
      return seconds(2);
    // The first retransmission of INIT is due after 3 s (RFC 4960's RTO.Initial).
    case SctpState::init1:
    case SctpState::rejected:
      return seconds(4);
    case SctpState::established:
      return seconds(15 * 60);
    default:
      return seconds(61);  // RTO.Max and one more
  }
}

uint32_t sctp_checksum(Bytes segment) {
  constexpr std::array<uint8_t, 4> kZeros{};
  uint32_t crc = crc_over(segment.first(kChecksumAt), ~0U);
  crc = crc_over(kZeros, crc);
  return ~crc_over(segment.subspan(kSctpSize), crc);
}

uint32_t stored_sctp_checksum(Bytes segment) {
  return load_le32(segment.data() + kChecksumAt);
}

void store_sctp_checksum(MutableBytes segment, uint32_t checksum) {
  store_le32(segment.data() + kChecksumAt, checksum);
}

}  // namespace lvslab::director
