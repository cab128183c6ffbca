#pragma once
// A folder for files in passing that goes with its object, and with this process however that ends:
// a small process of its own waits for both and removes it.

#include <sys/types.h>

#include <string>

#include "emulator/base/file_descriptor.hh"

namespace lvslab::conform {

class ScratchFolder {
 public:
  // Below TMPDIR, or /tmp.
  ScratchFolder();
  ~ScratchFolder();  // returns when it is gone
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  FileDescriptor held_;  // its other end reads to its end once nobody has this one
  pid_t guard_ = -1;
};

}  // namespace lvslab::conform
