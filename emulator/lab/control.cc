#include "emulator/lab/control.hh"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "emulator/base/error.hh"

namespace lvslab::lab {

namespace {

constexpr int kRequestWait = 100;  // ms
constexpr int kAnswerWait = 5000;  // ms
constexpr size_t kMostDescriptors = 4;

// Names are per user, so that two users' labs of one name do not collide.
std::string prefix() {
  return "lvslab/" + std::to_string(geteuid()) + "/";
}

struct Address {
  sockaddr_un raw{};
  socklen_t length = 0;
};

Address address_of(const std::string& lab) {
  Address address;
  address.raw.sun_family = AF_UNIX;
  const std::string name = prefix() + lab;
  if (name.size() + 1 > sizeof address.raw.sun_path) throw UsageError("lab name too long: " + lab);
  // A leading zero byte makes the name abstract (unix(7)).
  const size_t copied = name.copy(address.raw.sun_path + 1, sizeof address.raw.sun_path - 1);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + copied);
  return address;
}

const sockaddr* generic(const Address& address) {
  const void* raw = &address.raw;
  return static_cast<const sockaddr*>(raw);
}

FileDescriptor make_socket() {
  return FileDescriptor(static_cast<int>(
      check(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "make a control socket", "")));
}

ucred peer_of(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  check(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size), "ask who is at", "control socket");
  return peer;
}

bool readable_within(int fd, int milliseconds) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, milliseconds) == 1;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Descriptors that came beside a packet (SCM_RIGHTS).
std::vector<FileDescriptor> descriptors_in(msghdr& message) {
  std::vector<FileDescriptor> found;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      found.emplace_back(fd);
    }
  }
  return found;
}

ssize_t send_packet(int fd, std::string text, const std::vector<int>& descriptors, int flags) {
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const size_t bytes = descriptors.size() * sizeof(int);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), bytes);
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL | flags);
}

struct Packet {
  ssize_t size;  // -1 and errno
  std::string text;
  std::vector<FileDescriptor> descriptors;
};

Packet receive_packet(int fd, int flags) {
  std::string text(kLargestMessage, '\0');
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | flags);
  if (size < 0) return {size, "", {}};
  text.resize(static_cast<size_t>(size));
  return {size, std::move(text), descriptors_in(message)};
}

}  // namespace

ControlServer::ControlServer(const std::string& lab) : socket_(make_socket()) {
  const Address address = address_of(lab);
  if (bind(socket_.get(), generic(address), address.length) != 0) {
    if (errno != EADDRINUSE) throw SystemError("bind the control socket of", lab, errno);
    throw UsageError("lab " + lab + " is up already; `lvslab down " + lab + "` ends it");
  }
  check(listen(socket_.get(), 8), "listen for", lab);
}

std::optional<ControlServer::Request> ControlServer::accept() {
  FileDescriptor connection(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection) return {};
  const uid_t user = peer_of(connection.get()).uid;
  if (user != geteuid() && user != 0) return {};
  if (!readable_within(connection.get(), kRequestWait)) return {};
  Packet packet = receive_packet(connection.get(), MSG_DONTWAIT);
  if (packet.size <= 0) return {};
  auto body = nlohmann::json::parse(packet.text, nullptr, false);
  if (!body.is_object()) return {};
  return Request{std::move(body), std::move(connection), std::move(packet.descriptors)};
}

void ControlServer::answer(const Request& request, const nlohmann::ordered_json& body,
                           const std::vector<int>& descriptors) {
  // Who asked may be gone by now; that is no concern of the lab's.
  static_cast<void>(send_packet(request.connection.get(), body.dump(), descriptors, MSG_DONTWAIT));
}

ControlClient::ControlClient(const std::string& lab) : lab_(lab), socket_(make_socket()) {
  const Address address = address_of(lab);
  if (connect(socket_.get(), generic(address), address.length) != 0) {
    const auto up = running_labs();
    throw UsageError("no lab named " + lab + " is up; " +
                     (up.empty() ? "none is" : "up: " + joined(up)));
  }
  pid_ = peer_of(socket_.get()).pid;
}

Answer ControlClient::ask(const nlohmann::json& body, const std::vector<int>& descriptors) {
  check(send_packet(socket_.get(), body.dump(), descriptors, 0), "ask lab", lab_);
  if (!readable_within(socket_.get(), kAnswerWait))
    throw SystemError("get an answer from lab", lab_, ETIMEDOUT);
  Packet packet = receive_packet(socket_.get(), 0);
  check(packet.size, "hear lab", lab_);
  if (packet.text.empty()) throw SystemError("get an answer from lab", lab_, ECONNRESET);
  return Answer{nlohmann::ordered_json::parse(packet.text), std::move(packet.descriptors)};
}

std::vector<std::string> running_labs() {
  // One line a socket, the path last; abstract names begin with @ (proc(5), /proc/net/unix).
  std::vector<std::string> names;
  std::ifstream sockets("/proc/net/unix");
  const std::string wanted = " @" + prefix();
  for (std::string line; std::getline(sockets, line);) {
    const size_t at = line.find(wanted);
    if (at != std::string::npos) names.push_back(line.substr(at + wanted.size()));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace lvslab::lab
