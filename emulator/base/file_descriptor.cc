#include "emulator/base/file_descriptor.hh"

#include <unistd.h>

namespace lvslab {

void FileDescriptor::reset() {
  // close(2) on Linux frees the descriptor even when it reports EINTR: never retried.
  if (fd_ >= 0) ::close(release());
}

}  // namespace lvslab
