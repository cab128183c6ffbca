#pragma once
// A rule's line cut into options with their values, by the rules of popt(3), which ipvsadm uses:
//
//   -At 192.0.2.1:80 -srr -p=60      bundles; a value glued on, after '=' or in the next word
//   --persistent 60 --scheduler=rr   an optional value is the next word unless that begins with '-'
//
// Long names must be whole. Which options go together is not asked here.

#include <string_view>
#include <vector>

#include "emulator/ipvs/language.hh"
#include "emulator/ipvs/option.hh"

namespace lvslab::ipvs {

// A piece of the line; column 1 is the line's first character.
struct Word {
  std::string_view text;
  size_t column = 1;
};

struct GivenOption {
  const Option* option = nullptr;
  Word word;                  // the whole word it stands in
  std::optional<Word> value;  // always there when the option needs one
};

struct Line {
  std::vector<GivenOption> options;
  std::vector<Word> arguments;  // words that belong to no option: the numbers of --set
};

[[noreturn]] void refuse(const Word& at, const std::string& why);
std::string quoted(std::string_view text);

// Throws RuleError for an unknown option, a missing value, and a value where none is taken. The
// result refers to `line`.
Line cut(std::string_view line);

}  // namespace lvslab::ipvs
