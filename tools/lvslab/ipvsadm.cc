// lvslab ipvsadm: rules and listings of the director of a lab that is up, by ipvsadm's language.

#include "emulator/lab/ipvsadm.hh"

#include <cstdlib>
#include <memory>
#include <string_view>

#include "emulator/base/error.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

constexpr const char* kLab = "LVSLAB_LAB";

struct Arguments {
  std::string lab;
  std::vector<std::string> words;
};

std::string lab_meant() {
  const char* named = std::getenv(kLab);
  if (named && *named) return named;
  const auto up = lab::running_labs();
  if (up.size() == 1) return up.front();
  throw UsageError(std::string("ipvsadm (lvslab): ") +
                   (up.empty() ? "no lab is up" : "more than one lab is up") + "; " + kLab +
                   " names the one meant");
}

}  // namespace

void add_ipvsadm(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand("ipvsadm",
                                  "change and list the rules of the director of a lab that is up");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("NAME", arguments->lab, "the lab, or LAB:HOST where it has two directors")
      ->required();
  verb->add_option("ARGUMENTS", arguments->words, "ipvsadm's arguments, after --");
  verb->positionals_at_end();
  verb->footer(
      "The arguments, the output and the exit code are ipvsadm(8)'s; -R reads standard input.\n"
      "Without -n hosts have the lab's names. A link to lvslab with the name ipvsadm does the\n"
      "same for the lab that LVSLAB_LAB names, or the only one that is up.\n\n"
      "Examples:\n"
      "  lvslab ipvsadm dr -- -Ln --stats\n"
      "  lvslab ipvsadm sync-nat:d2 -- -Lnc\n"
      "  lvslab ipvsadm dr -- -e -t 192.168.1.219:80 -r 192.168.1.220 -g -w 0\n"
      "  lvslab ipvsadm dr -- -S -n > rules && lvslab ipvsadm dr -- -R < rules");
  verb->callback([&chosen, arguments] {
    chosen = [arguments] {
      // The parser leaves the separator in what it has not looked at.
      auto& words = arguments->words;
      if (!words.empty() && words.front() == "--") words.erase(words.begin());
      return lab::ipvsadm_in_background(arguments->lab, words);
    };
  });
}

bool is_called_ipvsadm(const char* name) {
  const std::string_view path = name ? name : "";
  return path.substr(path.rfind('/') + 1) == "ipvsadm";
}

int run_as_ipvsadm(int argc, char** argv) {
  return lab::ipvsadm_in_background(lab_meant(), {argv + 1, argv + argc});
}

}  // namespace lvslab::tools
