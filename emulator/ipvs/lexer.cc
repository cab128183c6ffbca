#include "emulator/ipvs/lexer.hh"

#include <algorithm>
#include <cctype>

namespace lvslab::ipvs {

void refuse(const Word& at, const std::string& why) {
  throw RuleError(why, at.column);
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

namespace {

std::vector<Word> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<Word> words;
  size_t begin = line.find_first_not_of(kBlanks);
  while (begin != std::string_view::npos) {
    const size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    words.push_back({line.substr(begin, end - begin), begin + 1});
    begin = line.find_first_not_of(kBlanks, end);
  }
  if (!words.empty() && words.front().text == "ipvsadm") words.erase(words.begin());
  return words;
}

class Cutter {
 public:
  explicit Cutter(std::vector<Word> words) : words_(std::move(words)) {}

  Line run() {
    bool options_ended = false;
    while (next_ < words_.size()) {
      const Word word = words_[next_++];
      if (options_ended || word.text.size() < 2 || word.text.front() != '-')
        line_.arguments.push_back(word);
      else if (word.text == "--")
        options_ended = true;
      else if (word.text[1] == '-')
        take_long(word);
      else
        take_letters(word);
    }
    return std::move(line_);
  }

 private:
  void take_long(const Word& word) {
    const std::string_view text = word.text.substr(2);
    const size_t equals = text.find('=');
    const Option* option = option_named(text.substr(0, equals));
    if (option == nullptr) refuse_name(word, text.substr(0, equals));
    std::optional<Word> value;
    if (equals != std::string_view::npos) {
      if (option->takes == Takes::nothing) refuse(word, spelling(*option) + " takes no value");
      value = Word{text.substr(equals + 1), word.column + 2 + equals + 1};
    }
    take(*option, word, value);
  }

  void take_letters(const Word& word) {
    for (size_t at = 1; at < word.text.size(); ++at) {
      const Option* option = option_with(word.text[at]);
      if (option == nullptr || option_named(word.text.substr(1)) != nullptr)
        refuse_letter(word, word.text[at]);
      std::optional<Word> value;
      if (option->takes != Takes::nothing && at + 1 < word.text.size()) {
        const size_t from = word.text[at + 1] == '=' ? at + 2 : at + 1;
        value = Word{word.text.substr(from), word.column + from};
        at = word.text.size();
      }
      take(*option, word, value);
    }
  }

  void take(const Option& option, const Word& word, std::optional<Word> value) {
    if (!value && option.takes != Takes::nothing) value = value_in_next_word(option);
    const bool empty = value ? value->text.empty() : option.takes == Takes::value;
    if (empty)
      refuse(word, spelling(option) + " (--" + std::string(option.name) + ") needs a value");
    line_.options.push_back({&option, word, value});
  }

  std::optional<Word> value_in_next_word(const Option& option) {
    if (next_ == words_.size()) return {};
    const bool looks_like_option = words_[next_].text.front() == '-';
    if (option.takes == Takes::optional_value && looks_like_option) return {};
    return words_[next_++];
  }

  [[noreturn]] static void refuse_name(const Word& word, std::string_view name) {
    const auto near = nearest(name, option_names());
    refuse(word, "unknown option " + quoted("--" + std::string(name)) +
                     (near ? ": did you mean --" + std::string(*near) + "?"
                           : ": ipvsadm(8) has none like it"));
  }

  [[noreturn]] static void refuse_letter(const Word& word, char letter) {
    const std::string_view name = word.text.substr(1);
    if (option_named(name) != nullptr)
      refuse(word, quoted(word.text) + " has one dash too few: write --" + std::string(name));
    const std::string unknown = "unknown option " + quoted(std::string{'-', letter});
    const auto code = static_cast<unsigned char>(letter);
    const int other_case = std::islower(code) != 0 ? std::toupper(code) : std::tolower(code);
    const Option* other = option_with(static_cast<char>(other_case));
    if (other != nullptr) refuse(word, unknown + ": did you mean " + spelling(*other) + "?");
    if (const auto near = nearest(name, option_names()); near && name.size() > 2)
      refuse(word, unknown + ": did you mean --" + std::string(*near) + "?");
    refuse(word, unknown + ": ipvsadm(8) has none like it");
  }

  std::vector<Word> words_;
  size_t next_ = 0;
  Line line_;
};

}  // namespace

Line cut(std::string_view line) {
  return Cutter(words_of(line)).run();
}

}  // namespace lvslab::ipvs
