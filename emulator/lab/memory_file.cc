#include "emulator/lab/memory_file.hh"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "emulator/base/error.hh"

namespace lvslab::lab {

namespace {
constexpr off_t kMost = 64 << 20;  // bytes
constexpr const char* kObject = "memory file";
}  // namespace

FileDescriptor memory_file(const std::string& text) {
  FileDescriptor file(
      static_cast<int>(check(memfd_create("lvslab", MFD_CLOEXEC), "make", kObject)));
  for (size_t written = 0; written < text.size();) {
    const ssize_t n = ::write(file.get(), text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    written += static_cast<size_t>(check(n, "write", kObject));
  }
  return file;
}

std::string text_in(const FileDescriptor& file) {
  struct stat status {};
  check(fstat(file.get(), &status), "look at", kObject);
  if (!S_ISREG(status.st_mode) || status.st_size > kMost) throw SystemError("read", kObject, EFBIG);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  for (size_t read = 0; read < text.size();) {
    const ssize_t n =
        ::pread(file.get(), text.data() + read, text.size() - read, static_cast<off_t>(read));
    if (n < 0 && errno == EINTR) continue;
    if (check(n, "read", kObject) == 0) text.resize(read);
    read += static_cast<size_t>(n);
  }
  return text;
}

}  // namespace lvslab::lab
