#pragma once
// The lines of a script for `ipvsadm -R`, cut into words as ipvsadm cuts them: by blanks, without
// quotes or comments, and without any word "ipvsadm". Not for other rooms.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lvslab::ipvs {

class Script {
 public:
  explicit Script(std::string_view text) : rest_(text) {}
  // The words of the next line, maybe none; nothing at the end. A last line that ends in two blanks
  // and no newline is not seen by ipvsadm either.
  std::optional<std::vector<std::string>> next();

 private:
  std::string_view rest_;
};

}  // namespace lvslab::ipvs
