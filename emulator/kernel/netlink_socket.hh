#pragma once
// Requests to the kernel's routing netlink family (rtnetlink(7)) and their acknowledgements, over
// one libnl-3 socket. Knows messages, not what is in them: netlink.hh says those.
//
// Theory of operation. Each request carries a sequence number and asks for an acknowledgement. With
// batching off a request is sent and its answer read at once. With batching on requests are put one
// behind the other and sent as one datagram by flush(); the kernel works through a datagram in
// order and acknowledges each, also after one failed, so flush() reads as many answers as it sent
// and throws for the first that failed. 64 veth pairs: 64 requests, 2 system calls to send, 64
// short reads.

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/kernel/namespace.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// A request being put together. What it is for goes along, for the error if the kernel refuses.
class NetlinkRequest {
 public:
  // type: RTM_NEWLINK ...; flags: NLM_F_CREATE ... (REQUEST and ACK are added);
  // attempt, object: "create veth pair", "eth0".
  NetlinkRequest(int type, int flags, std::string attempt, std::string object);

  // The fixed header of the message (ifinfomsg, ifaddrmsg, rtmsg, ndmsg), once, first.
  template <class T>
  NetlinkRequest& header(const T& value) {
    return raw(&value, sizeof value);
  }
  NetlinkRequest& raw(const void* bytes, size_t size);
  NetlinkRequest& put(int attribute, const void* bytes, size_t size);
  NetlinkRequest& put_u8(int attribute, uint8_t value);
  NetlinkRequest& put_u16(int attribute, uint16_t value);
  NetlinkRequest& put_u32(int attribute, uint32_t value);
  NetlinkRequest& put_string(int attribute, std::string_view text);
  NetlinkRequest& put_mac(int attribute, const wire::Mac& mac);
  NetlinkRequest& put_address(int attribute, const wire::IpAddress& address);
  // Attributes that `fill` puts go inside `attribute`.
  NetlinkRequest& nest(int attribute, const std::function<void(NetlinkRequest&)>& fill);

  nlmsghdr* message() const { return nlmsg_hdr(message_.get()); }
  const std::string& attempt() const { return attempt_; }
  const std::string& object() const { return object_; }

 private:
  struct Free {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
  };
  std::unique_ptr<nl_msg, Free> message_;
  std::string attempt_;
  std::string object_;
};

class NetlinkSocket {
 public:
  // protocol: NETLINK_ROUTE, or NETLINK_GENERIC for a look whether a family is there.
  explicit NetlinkSocket(const Namespace& in, int protocol = NETLINK_ROUTE);

  int fd() const { return nl_socket_get_fd(socket_.get()); }
  // Sends, or queues when batching. Throws SystemError when the kernel refuses.
  void submit(const NetlinkRequest& request);
  // errno of the refusal, 0 when accepted; queued requests go first.
  int attempt(const NetlinkRequest& request);
  // From here on requests wait for flush(), which is also called when 64 wait.
  void begin_batch() { batching_ = true; }
  void flush();
  void end_batch();
  // Every object of a dump (RTM_GETLINK, RTM_GETADDR, RTM_GETNEIGH); `family` AF_*.
  void dump(int type, int family, const std::function<void(nlmsghdr*)>& each);
  // Notifications of a group (RTNLGRP_LINK ...) come to fd() from now on.
  void subscribe(int group);
  // Reads away what waits on fd().
  void drain();

 private:
  struct Waiting {
    uint32_t sequence;
    std::string attempt, object;
  };
  struct Free {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
  };
  void queue(const NetlinkRequest& request);
  void send_queue();
  size_t receive();
  // Reads the answers to all that wait; errno of the first refusal and what it refused.
  int collect(std::string& attempt, std::string& object);

  std::unique_ptr<nl_sock, Free> socket_;
  bool batching_ = false;
  uint32_t sequence_ = 0;
  std::vector<uint8_t> queue_;
  std::vector<Waiting> waiting_;
  std::vector<uint8_t> buffer_;
};

}  // namespace lvslab::kernel
