#pragma once
// How the command finds and speaks to labs that are up: an abstract Unix socket for each, named
// after user and lab. Abstract sockets have no file and vanish with their process, so a lab that
// was killed leaves nothing that could be taken for a running one.
//
// One request a connection, one packet each way (SOCK_SEQPACKET): JSON, and descriptors of what is
// handed over with it: namespaces, texts too long for a packet. Only the user that started a lab,
// and root, are answered.

#include <sys/types.h>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "emulator/base/file_descriptor.hh"

namespace lvslab::lab {

// Largest request or answer, bytes.
inline constexpr size_t kLargestMessage = 1 << 20;

struct Answer {
  nlohmann::ordered_json body;
  std::vector<FileDescriptor> descriptors;
};

// The lab's end.
class ControlServer {
 public:
  // Throws UsageError if a lab of this name is up already, SystemError otherwise.
  explicit ControlServer(const std::string& lab);
  int fd() const { return socket_.get(); }
  // Takes one waiting connection and its request, if there is one from a user who may ask. The
  // request must come within 100 ms: a client that stalls cannot hold the lab up for longer.
  struct Request {
    nlohmann::json body;
    FileDescriptor connection;
    std::vector<FileDescriptor> descriptors{};
  };
  std::optional<Request> accept();
  static void answer(const Request& request, const nlohmann::ordered_json& body,
                     const std::vector<int>& descriptors = {});

 private:
  FileDescriptor socket_;
};

// The command's end. Throws UsageError when no such lab is up, naming those that are.
class ControlClient {
 public:
  explicit ControlClient(const std::string& lab);
  pid_t pid() const { return pid_; }  // of the lab's process
  // Waits at most five seconds for the answer.
  Answer ask(const nlohmann::json& body, const std::vector<int>& descriptors = {});

 private:
  std::string lab_;
  FileDescriptor socket_;
  pid_t pid_ = 0;
};

// The names of the labs of this user that are up, sorted.
std::vector<std::string> running_labs();

}  // namespace lvslab::lab
