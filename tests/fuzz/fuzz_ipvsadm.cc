// The language of rules, both readers of it.
//
// Strict (topology files): a line that is read and printed is read as the same, and printed as the
// same; a refusal has its place in the line. As ipvsadm(8): each line is a command line to a
// director; the exit status is one that ipvsadm has, a refusal says why and changes nothing, and
// what `ipvsadm -S -n` saves, -R restores to a director that saves the same.

#include <sstream>

#include "emulator/ipvs/ipvsadm.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/node/director_rules.hh"
#include "tests/fuzz/support/complaint.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace lvslab;

// Of one line. It must not throw but RuleError.
void check_language(const std::string& line, fuzz::Complaints& complaints) {
  try {
    const ipvs::Command command = ipvs::parse(line);
    const std::string printed = ipvs::print(command);
    if (!(ipvs::parse(printed) == command))
      complaints.push_back({"fixed-point", "'" + line + "' is printed as '" + printed +
                                               "', which means something else"});
  } catch (const ipvs::RuleError& error) {
    // Behind the last character: something is missing.
    if (error.column() < 1 || error.column() > line.size() + 1)
      complaints.push_back({"place", "column " + std::to_string(error.column()) + " of '" + line +
                                         "': " + error.what()});
  }
}

host::HostConfig config() {
  host::HostConfig made;
  made.name = "director";
  made.interfaces.push_back(
      {"eth0",
       wire::Mac("02:00:00:00:01:01"),
       1500,
       {*wire::Prefix::parse("192.0.2.1/24"), *wire::Prefix::parse("2001:db8:1::1/64")},
       {}});
  return made;
}

class Machine {
 public:
  Machine() : node_(base()), rules_(node_, Time{}) {}
  ipvs::Outcome ask(const std::vector<std::string>& arguments, const std::string& input = "") {
    return ipvs::ipvsadm(arguments, input, rules_);
  }
  std::string saved() { return ask({"-S", "-n"}).out; }

 private:
  static const host::HostConfig& base() {
    static const host::HostConfig made = config();
    return made;
  }
  node::DirectorNode node_;
  node::DirectorRules rules_;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

void check_status(const std::string& line, const ipvs::Outcome& outcome,
                  fuzz::Complaints& complaints) {
  const int status = outcome.status;
  if (status != 0 && status != 1 && status != 2 && status != 255)
    complaints.push_back({"status", "'" + line + "' exits with " + std::to_string(status)});
  if (status != 0 && outcome.err.empty())
    complaints.push_back({"status", "'" + line + "' is refused without a word"});
}

// A script's lines before the refused one have been taken.
bool is_script(const std::vector<std::string>& words) {
  return ipvs::reads_input(words);
}

void check_program(const std::string& line, Machine& machine, fuzz::Complaints& complaints) {
  const auto words = words_of(line);
  const std::string before = machine.saved();
  const auto outcome = machine.ask(words);
  check_status(line, outcome, complaints);
  if (outcome.status != 0 && !is_script(words) && machine.saved() != before)
    complaints.push_back({"refused", "'" + line + "' was refused and changed the rules"});
}

void check_restore(Machine& machine, fuzz::Complaints& complaints) {
  const std::string saved = machine.saved();
  Machine other;
  const auto outcome = other.ask({"-R"}, saved);
  if (outcome.status != 0)
    complaints.push_back({"restore", "refuses what it saved: " + outcome.err + saved});
  if (other.saved() != saved)
    complaints.push_back({"restore", "saved:\n" + saved + "restored:\n" + other.saved()});
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Complaints complaints;
  std::istringstream in(std::string(data, data + size));
  Machine machine;
  for (std::string line; std::getline(in, line);) {
    check_language(line, complaints);
    check_program(line, machine, complaints);
  }
  check_restore(machine, complaints);
  fuzz::stop_on(complaints, {});
  return 0;
}
