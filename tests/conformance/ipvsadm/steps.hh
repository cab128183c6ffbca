#pragma once
// Histories of ipvsadm calls, and what they answered, as the test and the oracle (a process of
// another kernel) exchange them: JSON.

#include <string>
#include <vector>

namespace lvslab::conformance {

struct Step {
  std::vector<std::string> arguments;
  std::string input;  // standard input, for -R
};
using History = std::vector<Step>;
using Histories = std::vector<History>;

struct Answer {
  int status = 0;
  std::string out, err;
  friend bool operator==(const Answer&, const Answer&) = default;
};
using Answers = std::vector<std::vector<Answer>>;

std::string to_text(const Histories& histories);
Histories histories_of(const std::string& text);
std::string to_text(const Answers& answers);
Answers answers_of(const std::string& text);

// What both sides resolve names by: /etc/hosts of the oracle.
inline constexpr const char* kHosts =
    "127.0.0.1 localhost\n"
    "192.0.2.10 www.example.net www\n"
    "198.51.100.1 rs1\n"
    "fd00::9 six.example.net six\n"
    "198.51.100.2 a-server-with-quite-a-long-name.example.net\n";
// The interface that the oracle has for the sync daemon.
inline constexpr const char* kInterface = "eth0";

}  // namespace lvslab::conformance
