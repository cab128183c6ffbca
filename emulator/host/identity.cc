#include "emulator/host/identity.hh"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace lvslab::host {

namespace {

constexpr std::string_view kBlankLine = "\r\n\r\n";
constexpr std::string_view kServer = "server=";
constexpr std::string_view kPeer = " peer=";

// The value of a header field, whose name is known in any case (RFC 9110, 5.1); nothing without it.
std::optional<std::string_view> header_field(std::string_view message, std::string_view name) {
  const auto alike = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  std::string_view head = message.substr(0, message.find(kBlankLine));
  for (size_t end; (end = head.find("\r\n")) != std::string_view::npos;) {
    head.remove_prefix(end + 2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const size_t colon = std::min(line.find(':'), line.size());
    if (!std::equal(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), name.begin(),
                    name.end(), alike))
      continue;
    const size_t value = line.find_first_not_of(": \t", colon);
    return value == std::string_view::npos ? std::string_view() : line.substr(value);
  }
  return {};
}

std::string line_for(std::string_view server, const wire::Endpoint& peer) {
  return std::string(kServer) + std::string(server) + std::string(kPeer) + peer.to_string() + "\n";
}

}  // namespace

bool identity_request_complete(std::string_view received) {
  return received.find(kBlankLine) != std::string_view::npos;
}

bool identity_request_keeps_open(std::string_view request) {
  return header_field(request, "Connection") == "keep-alive";
}

bool http_reply_complete(std::string_view reply) {
  const size_t blank = reply.find(kBlankLine);
  const auto length = header_field(reply, "Content-Length");
  if (blank == std::string_view::npos || !length) return false;
  size_t size = 0;
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), size);
  return error == std::errc() && reply.size() - blank - kBlankLine.size() >= size;
}

std::string identity_http_reply(std::string_view server, const wire::Endpoint& peer,
                                bool keep_open) {
  const std::string body = line_for(server, peer);
  return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) +
         "\r\nServer: lvslab\r\nConnection: " + (keep_open ? "keep-alive" : "close") + "\r\n\r\n" +
         body;
}

std::string identity_datagram_reply(std::string_view server, const wire::Endpoint& peer,
                                    std::string_view request) {
  return line_for(server, peer) + std::string(request);
}

std::string identity_reply(std::string_view server, const wire::Endpoint& peer,
                           std::string_view request) {
  return identity_request_complete(request) ? identity_http_reply(server, peer)
                                            : identity_datagram_reply(server, peer, request);
}

std::optional<Identity> read_identity(std::string_view reply) {
  if (reply.starts_with("HTTP/")) {
    const size_t blank = reply.find(kBlankLine);
    if (blank == std::string_view::npos) return {};
    reply.remove_prefix(blank + kBlankLine.size());
  }
  const std::string_view line = reply.substr(0, reply.find('\n'));
  if (line.size() == reply.size() || !line.starts_with(kServer)) return {};
  const size_t middle = line.rfind(kPeer);
  if (middle == std::string_view::npos) return {};
  const auto peer = wire::Endpoint::parse(line.substr(middle + kPeer.size()));
  if (!peer) return {};
  return Identity{std::string(line.substr(kServer.size(), middle - kServer.size())), *peer};
}

}  // namespace lvslab::host
