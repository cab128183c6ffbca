#include "emulator/director/ftp.hh"

#include <charconv>

#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

// A place in a payload. There is no reading beyond its end.
class Cursor {
 public:
  explicit Cursor(Bytes payload) : payload_(payload) {}

  size_t at() const { return at_; }
  size_t left() const { return payload_.size() - at_; }
  bool ended() const { return left() == 0; }
  char peek() const { return static_cast<char>(payload_[at_]); }
  char peek(size_t ahead) const { return static_cast<char>(payload_[at_ + ahead]); }
  void skip(size_t count = 1) { at_ += count; }
  bool take(char c) {
    if (ended() || peek() != c) return false;
    skip();
    return true;
  }
  // Letters of any case; `word` in upper case.
  bool sees(std::string_view word) const {
    if (left() < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
      if (upper(peek(i)) != word[i]) return false;
    return true;
  }

 private:
  static char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

  Bytes payload_;
  size_t at_ = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "h1,h2,h3,h4,p1,p2", ended by any other character. Numbers are taken modulo 256 (later kernels
// refuse larger ones); none counts as 0.
std::optional<ipvs::Endpoint> six_numbers(Cursor& cursor) {
  std::array<uint8_t, 6> numbers{};
  size_t index = 0;
  for (;; cursor.skip()) {
    if (cursor.ended()) return {};
    const char c = cursor.peek();
    if (is_digit(c)) {
      numbers[index] = static_cast<uint8_t>(numbers[index] * 10 + (c - '0'));
    } else if (c == ',' && index + 1 < numbers.size()) {
      ++index;
    } else {
      break;
    }
  }
  if (index + 1 != numbers.size()) return {};
  return ipvs::Endpoint{ipvs::IpAddress::v4_at(numbers.data()), load_be16(numbers.data() + 4)};
}

// Behind the command word: up to what comes after a run of `opening`. Without `extended` the first
// digit ends the search too, for the parenthesis of a 227 reply is optional.
bool find_opening(Cursor& cursor, char opening, bool extended) {
  for (bool found = false;; cursor.skip()) {
    if (cursor.ended()) return false;
    if (found && cursor.peek() != opening) return true;
    if (!found && !extended && is_digit(cursor.peek())) return true;
    if (cursor.peek() == opening) found = true;
  }
}

// Dotted IPv4 with numbers up to 255 and any number of leading zeros, then the delimiter.
std::optional<ipvs::IpAddress> dotted(Cursor& cursor, char delimiter) {
  std::array<uint8_t, 4> numbers{};
  for (size_t index = 0; index < numbers.size(); ++index) {
    if (cursor.ended() || !is_digit(cursor.peek()) || cursor.peek() == delimiter) return {};
    unsigned value = 0;
    for (; !cursor.ended() && cursor.peek() != delimiter && is_digit(cursor.peek()); cursor.skip())
      if ((value = value * 10 + static_cast<unsigned>(cursor.peek() - '0')) > 255) return {};
    numbers[index] = static_cast<uint8_t>(value);
    if (index + 1 < numbers.size() && (delimiter == '.' || !cursor.take('.'))) return {};
  }
  return ipvs::IpAddress::v4_at(numbers.data());
}

std::optional<ipvs::IpAddress> literal6(Cursor& cursor, char delimiter) {
  std::array<char, 45> text{};  // eight groups, the last two dotted
  size_t size = 0;
  for (; !cursor.ended() && cursor.peek() != delimiter; cursor.skip()) {
    if (size == text.size()) return {};
    text[size++] = cursor.peek();
  }
  const auto address = ipvs::IpAddress::parse({text.data(), size});
  if (!address || !address->is_v6()) return {};
  return address;
}

std::optional<ipvs::IpAddress> literal(Cursor& cursor, char delimiter, ipvs::Family family) {
  return family == ipvs::Family::v4 ? dotted(cursor, delimiter) : literal6(cursor, delimiter);
}

// A decimal port, not 0, then the delimiter. Taken modulo 2^16 (later kernels refuse larger ones).
std::optional<uint16_t> port_before(Cursor& cursor, char delimiter) {
  uint16_t port = 0;
  for (; !cursor.ended() && is_digit(cursor.peek()); cursor.skip())
    port = static_cast<uint16_t>(port * 10 + (cursor.peek() - '0'));
  if (port == 0 || !cursor.take(delimiter)) return {};
  return port;
}

// RFC 2428, 2: "|family|address|port|" with any delimiter of '!' to '~'. `given`: the address that
// "|||port|" (RFC 2428, 3) stands for; without one that form is refused.
std::optional<ipvs::Endpoint> delimited(Cursor& cursor, ipvs::Family family,
                                        std::optional<ipvs::IpAddress> given) {
  if (cursor.ended()) return {};
  const char delimiter = cursor.peek();
  if (delimiter < '!' || delimiter > '~') return {};
  cursor.skip();
  if (cursor.take(delimiter)) {
    if (!given || !cursor.take(delimiter)) return {};
  } else {
    if (!cursor.take(family == ipvs::Family::v4 ? '1' : '2') || !cursor.take(delimiter)) return {};
    given = literal(cursor, delimiter, family);
    if (!given || !cursor.take(delimiter)) return {};
  }
  const auto port = port_before(cursor, delimiter);
  if (!port) return {};
  return ipvs::Endpoint{*given, *port};
}

// EPSV, alone or with the number of the connection's family; `answered` is false for any other
// argument, which ends the search.
bool sees_epsv(const Cursor& cursor, ipvs::Family family, bool& answered) {
  if (!cursor.sees("EPSV") || (cursor.peek(4) != ' ' && cursor.peek(4) != '\r')) return false;
  answered = cursor.peek(4) == '\r' || (cursor.left() > 6 && cursor.peek(6) == '\r' &&
                                        cursor.peek(5) == (family == ipvs::Family::v4 ? '1' : '2'));
  return true;
}

std::optional<FtpRequest> data_connection(Bytes payload, ipvs::Family family) {
  const auto answer = [](const std::optional<ipvs::Endpoint>& end) -> std::optional<FtpRequest> {
    if (!end) return {};
    return FtpRequest{FtpMode::active, end};
  };
  Cursor cursor(payload);
  const bool port = cursor.sees("PORT") && family == ipvs::Family::v4;
  if (!port && !cursor.sees("EPRT")) return {};
  cursor.skip(4);
  if (!find_opening(cursor, ' ', !port)) return {};
  return answer(port ? six_numbers(cursor) : delimited(cursor, family, {}));
}

}  // namespace

Bytes ftp_payload(Bytes segment) {
  const auto tcp = wire::TcpView::over(segment);
  if (!tcp || tcp->header_length() < wire::kTcpSize || tcp->header_length() > segment.size())
    return {};
  return segment.subspan(tcp->header_length());
}

std::optional<FtpRequest> ftp_request(Bytes payload, ipvs::Family family) {
  constexpr size_t kShortest = 6;  // "PASV\r\n"
  for (Cursor cursor(payload); cursor.left() >= kShortest; cursor.skip()) {
    if (family == ipvs::Family::v4 && cursor.sees("PASV\r\n"))
      return FtpRequest{FtpMode::passive, {}};
    bool answered = false;
    if (!sees_epsv(cursor, family, answered)) continue;
    if (!answered) return {};
    return FtpRequest{FtpMode::extended_passive, {}};
  }
  return data_connection(payload, family);
}

std::optional<FtpReply> ftp_reply(Bytes payload, FtpMode mode, const ipvs::IpAddress& server) {
  if (mode == FtpMode::active) return {};
  const bool extended = mode == FtpMode::extended_passive;
  Cursor cursor(payload);
  if (!cursor.sees(extended ? "229 " : "227 ")) return {};
  cursor.skip(4);
  if (!find_opening(cursor, '(', extended)) return {};
  FtpReply reply;
  reply.begin = cursor.at();
  const auto end = extended ? delimited(cursor, server.family(), server) : six_numbers(cursor);
  if (!end) return {};
  reply.data_end = *end;
  reply.end = cursor.at();
  return reply;
}

FtpWords::FtpWords(FtpMode mode, const ipvs::Endpoint& virtual_end) {
  if (mode == FtpMode::extended_passive) {
    for (int i = 0; i < 3; ++i) put('|');
    put(unsigned{virtual_end.port});
    put('|');
    return;
  }
  for (const uint8_t number : virtual_end.address.bytes().first(4)) {
    put(unsigned{number});
    put(',');
  }
  put(virtual_end.port / 256U);
  put(',');
  put(virtual_end.port % 256U);
}

void FtpWords::put(unsigned value) {
  size_ = static_cast<size_t>(
      std::to_chars(text_.data() + size_, text_.data() + text_.size(), value).ptr - text_.data());
}

}  // namespace lvslab::director
