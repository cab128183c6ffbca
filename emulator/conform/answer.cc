#include "emulator/conform/answer.hh"

#include <charconv>
#include <stdexcept>

namespace lvslab::conform {

namespace {

// A line of text within a record: line breaks and backslashes escaped.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\\') {
      result += "\\\\";
    } else {
      result += c;
    }
  }
  return result;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
    } else {
      result += text[++i] == 'n' ? '\n' : text[i];
    }
  }
  return result;
}

int64_t number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error("answers: '" + std::string(text) + "' is no number");
  return value;
}

// "o 1 0200..": a frame sent. Kinds: c case, e event, r refused, t text, o frame, l late, p
// problem.
void take_line(std::vector<Answers>& all, char kind, std::string_view rest) {
  if (kind == 'c') {
    all.emplace_back();
    return;
  }
  if (all.empty()) throw std::runtime_error("answers: no case yet");
  Answers& now = all.back();
  if (kind == 'e') now.events.emplace_back();
  if (kind == 'l') now.late = Duration(number(rest));
  if (kind == 'p') now.problem = unescaped(rest);
  if (kind != 'r' && kind != 't' && kind != 'o') return;
  if (now.events.empty()) throw std::runtime_error("answers: no event yet");
  Answer& event = now.events.back();
  if (kind == 'r') event.refused = true;
  if (kind == 't') event.text = unescaped(rest);
  if (kind != 'o') return;
  const size_t blank = rest.find(' ');
  SentFrame frame;
  frame.port = static_cast<uint32_t>(number(rest.substr(0, blank)));
  if (blank == std::string_view::npos || !from_hex(rest.substr(blank + 1), frame.bytes))
    throw std::runtime_error("answers: a frame is no hex");
  event.frames.push_back(std::move(frame));
}

template <class Each>
void for_lines(std::string_view text, Each each) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error("answers: cut short");
    if (end > 0) each(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string encode(const std::vector<Answers>& all) {
  std::string text;
  for (const Answers& answers : all) {
    text += "c\n";
    for (const Answer& event : answers.events) {
      text += "e\n";
      if (event.refused) text += "r\n";
      if (!event.text.empty()) text += "t " + escaped(event.text) + "\n";
      for (const SentFrame& frame : event.frames)
        text += "o " + std::to_string(frame.port) + " " + to_hex(frame.bytes) + "\n";
    }
    text += "l " + std::to_string(answers.late.count()) + "\n";
    if (!answers.problem.empty()) text += "p " + escaped(answers.problem) + "\n";
  }
  return text;
}

std::vector<Answers> decode_answers(std::string_view text) {
  std::vector<Answers> all;
  for_lines(text, [&](std::string_view line) {
    take_line(all, line.front(), line.size() > 2 ? line.substr(2) : std::string_view());
  });
  return all;
}

}  // namespace lvslab::conform
