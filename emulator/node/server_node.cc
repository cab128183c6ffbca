#include "emulator/node/server_node.hh"

#include "emulator/host/identity.hh"

namespace lvslab::node {

namespace {

host::TcpHandler over_tcp(std::string server) {
  return [server = std::move(server)](const host::Conversation& conversation,
                                      std::string_view received) -> std::optional<host::TcpReply> {
    if (!host::identity_request_complete(received)) return {};
    const bool keep_open = host::identity_request_keeps_open(received);
    return host::TcpReply{host::identity_http_reply(server, conversation.peer, keep_open),
                          !keep_open};
  };
}

host::UdpHandler over_udp(std::string server) {
  return [server = std::move(server)](const host::Conversation& conversation,
                                      std::string_view datagram) -> std::optional<std::string> {
    return host::identity_datagram_reply(server, conversation.peer, datagram);
  };
}

}  // namespace

ServerNode::ServerNode(host::HostConfig config, const std::vector<IdentityPort>& services)
    : host_(std::move(config)) {
  for (const IdentityPort& service : services) {
    if (service.transport == Transport::tcp)
      host_.listen_tcp(service.port, over_tcp(host_.config().name));
    else
      host_.listen_udp(service.port, over_udp(host_.config().name));
  }
}

}  // namespace lvslab::node
