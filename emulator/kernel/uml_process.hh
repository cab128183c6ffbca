#pragma once
// linux.uml running, with all the processes that it makes, and its scratch folder: undone together.
// For the supervisor of uml.hh alone: making it changes the namespaces of the process.

#include <memory>
#include <string>

#include "emulator/base/file_descriptor.hh"
#include "emulator/kernel/program.hh"

namespace lvslab::kernel {

struct GuestStart;

class UmlProcess {
 public:
  // Contained in namespaces where this machine allows them, else adopted.
  explicit UmlProcess(const GuestStart& start);
  ~UmlProcess();
  UmlProcess(const UmlProcess&) = delete;
  UmlProcess& operator=(const UmlProcess&) = delete;

  int frames_fd() const { return frames_.get(); }    // its console 1; non-blocking
  int console_fd() const { return console_.get(); }  // its kernel's words; non-blocking
  int exit_fd() const { return exit_fd_; }           // readable: it has ended
  // It needs its scratch folder no more.
  void booted();

 private:
  void write_plan(const GuestStart& start) const;
  void start_contained(const std::vector<std::string>& command);
  void start_adopted(const std::vector<std::string>& command);

  bool contained_;
  std::string scratch_;
  std::string clock_;  // path of guest_clock.hh's library, "" without
  FileDescriptor frames_, console_;
  std::unique_ptr<Program> program_;  // contained
  int pid_ = -1;                      // adopted: also its process group
  FileDescriptor pidfd_;
  int exit_fd_ = -1;
};

// Whether namespaces can hold a guest here; tried once.
bool guests_are_contained();

}  // namespace lvslab::kernel
