#pragma once
// The identity service: whoever asks is told which server answered and from where that server saw
// the question come. Text in, text out; embedded hosts and servers on kernel sockets share it.
//
//   TCP   GET / HTTP/1.0\r\nHost: ...\r\n\r\n   ->  HTTP/1.0 200 OK ... \r\n\r\n
//                                                  server=rs1 peer=192.0.2.69:40000\n
//   UDP   any bytes                             ->  server=rs1 peer=192.0.2.69:40000\n, the bytes
//
// A TCP request with "Connection: keep-alive" leaves the connection open for further ones (RFC
// 9112, C.2.2), each answered before the next is asked.

#include <optional>
#include <string>
#include <string_view>

#include "emulator/wire/address.hh"

namespace lvslab::host {

// The blank line has come: the TCP service answers now, and closes unless it is to stay open. Not
// before, whatever has come.
bool identity_request_complete(std::string_view received);
bool identity_request_keeps_open(std::string_view request);

std::string identity_http_reply(std::string_view server, const wire::Endpoint& peer,
                                bool keep_open = false);
std::string identity_datagram_reply(std::string_view server, const wire::Endpoint& peer,
                                    std::string_view request);

// One of the two, by the request's form: with a blank line the HTTP one. Where the transport is
// known, the two above say it better.
std::string identity_reply(std::string_view server, const wire::Endpoint& peer,
                           std::string_view request);

// Whether an HTTP reply is all there, as its Content-Length says.
bool http_reply_complete(std::string_view reply);

struct Identity {
  std::string server;
  wire::Endpoint peer;
  friend bool operator==(const Identity&, const Identity&) = default;
};
// Reads either form back; nothing when its line is not whole.
std::optional<Identity> read_identity(std::string_view reply);

}  // namespace lvslab::host
