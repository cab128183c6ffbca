#include "emulator/scenario/exchange.hh"

namespace lvslab::scenario {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::answered:
      return "answered";
    case Outcome::timeout:
      return "timeout";
    case Outcome::refused:
      return "refused";
    case Outcome::unreachable:
      return "unreachable";
    case Outcome::too_big:
      return "too-big";
    case Outcome::reset:
      return "reset";
  }
  return "unknown";
}

}  // namespace lvslab::scenario
