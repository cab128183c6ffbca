#pragma once
// Arguments of a command line taken apart exactly as popt(3) does it for ipvsadm, one option at a
// time. lexer.hh reads lines of rules by the same options, but refuses what is hardly meant and
// knows places. Not for other rooms.

#include <optional>
#include <string>
#include <vector>

#include "emulator/ipvs/option.hh"

namespace lvslab::ipvs {

class OptionStream {
 public:
  explicit OptionStream(std::vector<std::string> words) : words_(std::move(words)) {}

  enum class Found : uint8_t { option, end, unknown, no_value, unwanted_value };
  struct Next {
    Found found = Found::end;
    const Option* option = nullptr;
    std::optional<std::string> value;  // an optional one may be missing
  };
  Next next();

  // The word that the latest option stands in: what popt calls the bad option.
  const std::string& word() const { return words_[at_ - 1]; }
  // Words of no option, up to where the stream is.
  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  Next long_option(const std::string& word);
  Next letter();
  Next value_of(const Option& option, std::optional<std::string> glued);

  std::vector<std::string> words_;
  size_t at_ = 0;
  std::string letters_;  // the rest of a bundle
  bool options_ended_ = false;
  std::vector<std::string> arguments_;
};

}  // namespace lvslab::ipvs
