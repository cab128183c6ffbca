#include "emulator/ipvs/option_stream.hh"

namespace lvslab::ipvs {

OptionStream::Next OptionStream::next() {
  if (!letters_.empty()) return letter();
  while (at_ < words_.size()) {
    const std::string word = words_[at_++];
    if (options_ended_ || word.size() < 2 || word.front() != '-') {
      arguments_.push_back(word);
    } else if (word == "--") {
      options_ended_ = true;
    } else if (word[1] == '-') {
      return long_option(word);
    } else {
      letters_ = word.substr(1);
      return letter();
    }
  }
  return {};
}

OptionStream::Next OptionStream::long_option(const std::string& word) {
  const size_t equals = word.find('=');
  const Option* option = option_named(std::string_view(word).substr(2, equals - 2));
  if (!option) return {Found::unknown, nullptr, {}};
  std::optional<std::string> glued;
  if (equals != std::string::npos) glued = word.substr(equals + 1);
  return value_of(*option, glued);
}

OptionStream::Next OptionStream::letter() {
  const Option* option = option_with(letters_.front());
  const std::string rest = letters_.substr(1);
  letters_.clear();
  if (!option) return {Found::unknown, nullptr, {}};
  if (rest.empty()) return value_of(*option, {});
  const bool equals = rest.front() == '=';
  if (option->takes != Takes::nothing || equals) return value_of(*option, rest.substr(equals));
  letters_ = rest;
  return {Found::option, option, {}};
}

OptionStream::Next OptionStream::value_of(const Option& option, std::optional<std::string> glued) {
  if (option.takes == Takes::nothing)
    return {glued ? Found::unwanted_value : Found::option, &option, {}};
  if (glued) return {Found::option, &option, std::move(glued)};
  const bool more = at_ < words_.size();
  if (option.takes == Takes::optional_value && (!more || words_[at_].starts_with('-')))
    return {Found::option, &option, {}};
  if (!more) return {Found::no_value, &option, {}};
  return {Found::option, &option, words_[at_++]};
}

}  // namespace lvslab::ipvs
