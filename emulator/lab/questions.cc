#include "emulator/lab/questions.hh"

namespace lvslab::lab {

std::string http_question(const wire::Endpoint& target, size_t size, bool keep_open) {
  std::string text = "GET / HTTP/1.0\r\nHost: " + target.to_string() + "\r\n";
  if (keep_open) text += "Connection: keep-alive\r\n";
  if (size > 0) text += "X-Padding: " + std::string(size, 'x') + "\r\n";
  return text + "\r\n";
}

std::string datagram_question(size_t size) {
  return "who are you" + std::string(size, 'x');
}

}  // namespace lvslab::lab
