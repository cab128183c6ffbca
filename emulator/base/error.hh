#pragma once
// What can go wrong while a lab is set up, each with what a reader needs to act on it. The packet
// path throws none of these: it returns verdicts.

#include <stdexcept>
#include <string>
#include <string_view>

namespace lvslab {

// A system call failed: what was tried, on what, and the kernel's reason.
class SystemError : public std::runtime_error {
 public:
  // attempt: "create veth pair"; object: "rs1:eth0"; error: an errno value.
  SystemError(std::string_view attempt, std::string_view object, int error);
  int error() const { return error_; }

 private:
  int error_;
};

// This machine cannot do what the lab asks (exit code 3): the capability, and what would give it.
class Unavailable : public std::runtime_error {
 public:
  Unavailable(std::string capability, std::string remedy);
  const std::string& capability() const { return capability_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string capability_;
  std::string remedy_;
};

// Wrong usage or a wrong file (exit code 2): the message already names place and remedy.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Returns result, or throws SystemError with errno when it is negative.
long check(long result, std::string_view attempt, std::string_view object);

}  // namespace lvslab
