#pragma once
// What IPVS's FTP helper sees in a control connection (RFC 959, RFC 2428): which data connection a
// client or server announces, and where in the segment stands what has to be replaced. Nothing
// here knows connections or packets: the caller has the payload of one segment, and what it does
// with the answer is its own (a connection entry, a rewritten payload, SequenceShift).
//
// The helper is of masquerading connections of the service's port 21 in state ESTABLISHED; it looks
// at single segments, so that a command cut in two is not seen. What it takes and what it leaves is
// IPVS's, case ignored everywhere:
//
//   client  PASV\r\n, EPSV\r, EPSV 1\r   anywhere in the segment; the server's next reply counts
//   client  PORT h1,h2,h3,h4,p1,p2       at its start; EPRT |1|address|port| too
//   server  227 text(h1,h2,h3,h4,p1,p2)  at its start, only after PASV
//   server  229 text(|||port|)           at its start, only after EPSV
//
// Source: Linux 6.1, net/netfilter/ipvs.

#include <array>
#include <optional>
#include <string_view>

#include "emulator/base/bytes.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

// What the client asked for last, kept with the control connection.
enum class FtpMode : uint8_t { active, passive, extended_passive };

// The client's word.
struct FtpRequest {
  FtpMode mode = FtpMode::active;  // of the control connection from now on
  // PORT, EPRT: where the client listens. Port 0 is possible with PORT.
  std::optional<ipvs::Endpoint> data_end;
};

// The server's word.
struct FtpReply {
  ipvs::Endpoint data_end;  // where the server listens
  // What names it, bytes of the payload: to be replaced by ftp_words().
  size_t begin = 0, end = 0;
};

// The TCP payload behind the header, options included; empty if the header leaves the segment.
Bytes ftp_payload(Bytes segment);

// family: of the control connection. Linear in the payload.
std::optional<FtpRequest> ftp_request(Bytes payload, ipvs::Family family);

// server: the real server's address, which a 229 reply need not repeat.
std::optional<FtpReply> ftp_reply(Bytes payload, FtpMode mode, const ipvs::IpAddress& server);

// How the virtual end is said in the mode's reply: "192,0,2,10,4,1" (IPv4) or "|||1025|".
class FtpWords {
 public:
  FtpWords(FtpMode mode, const ipvs::Endpoint& virtual_end);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  void put(char c) { text_[size_++] = c; }
  void put(unsigned value);

  std::array<char, 23> text_{};  // "255,255,255,255,255,255"
  size_t size_ = 0;
};

}  // namespace lvslab::director
