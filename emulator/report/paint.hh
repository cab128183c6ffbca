#pragma once
// ANSI colour, or none: the one place that writes an escape sequence.

#include <cstdint>
#include <string>
#include <string_view>

namespace lvslab::report {

enum class Ink : uint8_t { plain, bold, dim, green, red, yellow };

class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}

  std::string operator()(Ink ink, std::string_view text) const {
    if (!colour_ || ink == Ink::plain || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code_of(ink)) + "m" + std::string(text) + "\x1b[0m";
  }

 private:
  // ECMA-48, 8.3.117 (SGR).
  static std::string_view code_of(Ink ink) {
    switch (ink) {
      case Ink::plain:
        return "0";
      case Ink::bold:
        return "1";
      case Ink::dim:
        return "2";
      case Ink::green:
        return "32";
      case Ink::red:
        return "1;31";
      case Ink::yellow:
        return "33";
    }
    return "0";
  }

  bool colour_;
};

}  // namespace lvslab::report
