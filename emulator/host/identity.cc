#include "emulator/host/identity.hh"

namespace lvslab::host {

namespace {

constexpr std::string_view kBlankLine = "\r\n\r\n";
constexpr std::string_view kServer = "server=";
constexpr std::string_view kPeer = " peer=";

std::string line_for(std::string_view server, const wire::Endpoint& peer) {
  return std::string(kServer) + std::string(server) + std::string(kPeer) + peer.to_string() + "\n";
}

}  // namespace

bool identity_request_complete(std::string_view received) {
  return received.find(kBlankLine) != std::string_view::npos;
}

std::string identity_http_reply(std::string_view server, const wire::Endpoint& peer) {
  const std::string body = line_for(server, peer);
  return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\nServer: lvslab\r\nConnection: close\r\n\r\n" + body;
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
