#include "emulator/lab/ipvsadm.hh"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/ipvs/ipvsadm.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/lab/background.hh"
#include "emulator/lab/memory_file.hh"
#include "emulator/lab/names.hh"
#include "emulator/node/director_rules.hh"

namespace lvslab::lab {

namespace {

constexpr const char* kProgram = "ipvsadm";

// The one named, or the first. Throws UsageError when there is none.
const topology::Host& director_of(const topology::Topology& topology, const std::string& name) {
  for (const auto& host : topology.hosts)
    if (host.role == topology::Role::director && (name.empty() || host.name == name)) return host;
  throw UsageError(name.empty() ? "no director" : "no director named " + name);
}

// "LAB" or "LAB:HOST"
std::pair<std::string, std::string> lab_and_host(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string read_input() {
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t n; (n = ::read(STDIN_FILENO, buffer.data(), buffer.size())) != 0;) {
    if (n < 0 && errno == EINTR) continue;
    text.append(buffer.data(), static_cast<size_t>(check(n, "read", "standard input")));
  }
  return text;
}

void write_all(int fd, const std::string& text) {
  for (size_t written = 0; written < text.size();) {
    const ssize_t n = ::write(fd, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    written += static_cast<size_t>(check(n, "write", "output"));
  }
}

int run_real(const std::string& lab, const std::string& host, std::vector<std::string> arguments) {
  const std::string program = kernel::find_program(kProgram);
  if (program.empty()) throw Unavailable("ipvsadm (director ipvs)", "sudo apt-get install ipvsadm");
  arguments.insert(arguments.begin(), program);
  return exec_in_background(lab, host, arguments);
}

}  // namespace

void answer_ipvsadm(NetnsLab& lab, const ControlServer::Request& request) try {
  const auto& director = director_of(lab.topology(), request.body.value("host", ""));
  auto* node = lab.director(director.name);
  if (!node) {
    ControlServer::answer(request, {{"kernel", director.name}});
    return;
  }
  const auto arguments = request.body.value("arguments", std::vector<std::string>{});
  std::string input;
  if (!request.descriptors.empty()) input = text_in(request.descriptors.front());
  node::DirectorRules rules(*node, lab.loop().now());
  const auto outcome = ipvs::ipvsadm(arguments, input, rules, LabNames(lab.hosts_file()));
  const auto out = memory_file(outcome.out), err = memory_file(outcome.err);
  ControlServer::answer(request, {{"status", outcome.status}}, {out.get(), err.get()});
} catch (const std::exception& error) {
  // A question that cannot be answered must not end the lab.
  ControlServer::answer(request, {{"error", error.what()}});
}

int ipvsadm_in_background(const std::string& where, const std::vector<std::string>& arguments) {
  const auto [lab, host] = lab_and_host(where);
  ControlClient client(lab);
  FileDescriptor input;
  if (ipvs::reads_input(arguments)) input = memory_file(read_input());
  const nlohmann::json question = {{"verb", "ipvsadm"}, {"host", host}, {"arguments", arguments}};
  const auto answer =
      client.ask(question, input ? std::vector<int>{input.get()} : std::vector<int>{});
  if (answer.body.contains("error"))
    throw UsageError(lab + ": " + answer.body["error"].get<std::string>());
  if (answer.body.contains("kernel"))
    return run_real(lab, answer.body["kernel"].get<std::string>(), arguments);
  if (answer.descriptors.size() != 2) throw SystemError("ask director of lab", lab, EPROTO);
  write_all(STDOUT_FILENO, text_in(answer.descriptors[0]));
  write_all(STDERR_FILENO, text_in(answer.descriptors[1]));
  return answer.body["status"].get<int>();
}

bool is_ipvsadm(const std::vector<std::string>& command) {
  const std::string& name = command.front();
  return name.substr(name.rfind('/') + 1) == kProgram;
}

}  // namespace lvslab::lab
