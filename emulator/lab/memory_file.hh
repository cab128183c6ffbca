#pragma once
// Text on its way to another process as a file without a name (memfd_create(2)): of any length, and
// gone with its last descriptor.

#include <string>

#include "emulator/base/file_descriptor.hh"

namespace lvslab::lab {

FileDescriptor memory_file(const std::string& text);

// Everything in it. Throws SystemError, also for more than 64 MiB.
std::string text_in(const FileDescriptor& file);

}  // namespace lvslab::lab
