#pragma once
// The real ipvsadm on a namespace: one `ipvsadm -R` that stays and takes a command a line, since
// starting the program costs more than all that it does for a case.
//
// Theory of operation. `-R` reads every line as a command line of its own, listings included, and
// goes on behind one that the kernel refused; only what it does not understand itself ends it,
// with its exit status, and the next command starts another. On a terminal it writes what it
// says line by line. Behind each command it is asked for the timeouts, which tell that the command
// is over.
//
//   -A -t 192.0.2.100:80 -s rr          (nothing: done)
//   -L --timeout                    ->  Timeout (tcp tcpfin udp): 900 120 300

#include <sys/types.h>

#include <string>

#include "emulator/base/file_descriptor.hh"
#include "emulator/kernel/namespace.hh"

namespace lvslab::conform {

class Ipvsadm {
 public:
  // `program` is a path. Nothing is started yet. `in` must outlive this.
  Ipvsadm(const kernel::Namespace& in, std::string program);
  ~Ipvsadm();  // ends it
  Ipvsadm(const Ipvsadm&) = delete;
  Ipvsadm& operator=(const Ipvsadm&) = delete;

  struct Said {
    bool ended = false;  // by the command
    std::string text;    // standard output and error
  };
  // Throws SystemError when it cannot be started or says nothing for 30 s.
  Said run(const std::string& command);

 private:
  void start();
  void end();
  bool read_some(std::string& text);

  const kernel::Namespace& in_;
  std::string program_;
  FileDescriptor input_, output_;
  pid_t pid_ = -1;
};

}  // namespace lvslab::conform
