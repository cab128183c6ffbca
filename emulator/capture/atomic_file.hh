#pragma once
// A file that appears complete or not at all. It is written without a name (O_TMPFILE) and gets its
// name in commit(), so a process killed on the way leaves nothing. Where the file system has no
// nameless files, or the name is taken, a hidden temporary beside it is renamed over it.
//
// A path that is a device or a pipe ("/dev/stdout", process substitution) is written straight.

#include <sys/types.h>

#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include "emulator/base/file_descriptor.hh"

namespace lvslab::capture {

class AtomicFile {
 public:
  // Throws SystemError when nothing can be written there.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();  // uncommitted: as if it had never been
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ostream& stream() { return stream_; }
  // Gives the file its name. Throws SystemError when that, or any write before, failed.
  void commit();

 private:
  class Buffer : public std::streambuf {
   public:
    void attach(int fd) { fd_ = fd; }
    int error() const { return error_; }
    bool flush();

   protected:
    int_type overflow(int_type c) override;
    int sync() override { return flush() ? 0 : -1; }

   private:
    int fd_ = -1;
    int error_ = 0;  // the first errno that a write met
    std::vector<char> bytes_ = std::vector<char>(65536);
  };

  void open_beside();
  void link_nameless();

  std::string shown_;      // as the caller named it
  std::string path_;       // without symbolic links
  std::string temporary_;  // beside path_; "" while there is none
  bool nameless_ = false;
  FileDescriptor fd_;
  Buffer buffer_;
  std::ostream stream_{&buffer_};
};

}  // namespace lvslab::capture
