#include "emulator/capture/atomic_file.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "emulator/base/error.hh"

namespace lvslab::capture {

namespace {
constexpr mode_t kMode = 0666;  // less the umask, as for any file a program writes

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A rename would replace a symbolic link itself: the file behind it is meant.
std::string resolved(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string result(real);
  std::free(real);
  return result;
}

// Hidden, in the same directory, one for each process: two labs may write the same name.
std::string temporary_for(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto base = slash == std::string::npos ? path : path.substr(slash + 1);
  return directory_of(path) + "/." + base + "." + std::to_string(::getpid()) + ".part";
}

bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

std::string proc_name(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}
}  // namespace

bool AtomicFile::Buffer::flush() {
  const char* at = pbase();
  while (at < pptr() && error_ == 0) {
    const auto n = ::write(fd_, at, static_cast<size_t>(pptr() - at));
    if (n >= 0) {
      at += n;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return error_ == 0;
}

AtomicFile::Buffer::int_type AtomicFile::Buffer::overflow(int_type c) {
  if (!flush()) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

AtomicFile::AtomicFile(const std::string& path) : shown_(path), path_(resolved(path)) {
  if (is_special(path)) {
    fd_ = FileDescriptor(static_cast<int>(
        check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open for writing", shown_)));
  } else {
    open_beside();
  }
  buffer_.attach(fd_.get());
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::open_beside() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw SystemError("write", shown_, EISDIR);
  }
  fd_ =
      FileDescriptor(::open(directory_of(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode));
  // The name is given through /proc: without it, only a privileged process could.
  nameless_ = static_cast<bool>(fd_) && ::access(proc_name(fd_.get()).c_str(), F_OK) == 0;
  if (nameless_) return;
  const auto name = temporary_for(path_);
  fd_ = FileDescriptor(static_cast<int>(
      check(::open(name.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, kMode),
            "create", shown_)));
  temporary_ = name;
}

void AtomicFile::link_nameless() {
  const auto from = proc_name(fd_.get());
  const auto link_as = [&](const std::string& name) {
    return ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
  };
  if (link_as(path_) == 0) return;
  if (errno != EEXIST) throw SystemError("write", shown_, errno);
  // Nothing replaces a file by a nameless one in one step: a name beside it, then a rename.
  temporary_ = temporary_for(path_);
  ::unlink(temporary_.c_str());
  check(link_as(temporary_), "write", shown_);
}

void AtomicFile::commit() {
  stream_.flush();
  if (buffer_.error() != 0) throw SystemError("write", shown_, buffer_.error());
  if (!stream_) throw SystemError("write", shown_, EIO);
  if (nameless_) link_nameless();
  if (!temporary_.empty()) {
    check(::rename(temporary_.c_str(), path_.c_str()), "write", shown_);
    temporary_.clear();
  }
  nameless_ = false;
}

}  // namespace lvslab::capture
