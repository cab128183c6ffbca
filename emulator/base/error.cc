#include "emulator/base/error.hh"

#include <cerrno>
#include <cstring>

namespace lvslab {

namespace {
std::string sentence(std::string_view attempt, std::string_view object, int error) {
  std::string text = "cannot " + std::string(attempt);
  if (!object.empty()) text += " (" + std::string(object) + ")";
  return text + ": " + std::strerror(error);
}
}  // namespace

SystemError::SystemError(std::string_view attempt, std::string_view object, int error)
    : std::runtime_error(sentence(attempt, object, error)), error_(error) {}

Unavailable::Unavailable(std::string capability, std::string remedy)
    : std::runtime_error(capability + ": " + remedy),
      capability_(std::move(capability)),
      remedy_(std::move(remedy)) {}

long check(long result, std::string_view attempt, std::string_view object) {
  if (result < 0) throw SystemError(attempt, object, errno);
  return result;
}

}  // namespace lvslab
