#pragma once
// Which options go with which command and with which tunnel type, and what ipvsadm 1.31 says when
// they do not. Not for other rooms.

#include <stdexcept>
#include <string>

#include "emulator/ipvs/option.hh"

namespace lvslab::ipvs {

// ipvsadm ends here: its words, without the newline behind them, and its exit status. In a script
// of -R a word that is no option costs its line only; everything else ends the script.
class Refusal : public std::runtime_error {
 public:
  explicit Refusal(const std::string& words, int status = 2, bool line_only = false)
      : std::runtime_error(words), status_(status), line_only_(line_only) {}
  int status() const { return status_; }
  bool line_only() const { return line_only_; }

 private:
  int status_;
  bool line_only_;
};

// What messages call an option: "service-address".
std::string_view title_of(Subject subject);

// Throws Refusal. command: its long name.
void check_legality(std::string_view command, Subjects given);
void check_legality(TunnelType type, Subjects given);

}  // namespace lvslab::ipvs
