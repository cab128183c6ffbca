#include "emulator/kernel/interface_name.hh"

#include <cctype>
#include <cstring>
#include <string>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

void check_interface_name(std::string_view name) {
  const std::string shown = "interface name '" + std::string(name) + "'";
  if (name.empty()) throw UsageError("an interface needs a name of 1 to 15 characters");
  if (name.size() > kLongestInterfaceName)
    throw UsageError(shown + " has " + std::to_string(name.size()) +
                     " characters; Linux takes at most " + std::to_string(kLongestInterfaceName));
  if (name == "." || name == "..") throw UsageError(shown + " is not one Linux takes");
  for (const char c : name)
    if (c == '/' || c == ':' || c == '\0' || std::isspace(static_cast<unsigned char>(c)))
      throw UsageError(shown + " must not contain '/', ':' or white space");
}

ifreq interface_request(std::string_view name) {
  check_interface_name(name);
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  return request;
}

}  // namespace lvslab::kernel
