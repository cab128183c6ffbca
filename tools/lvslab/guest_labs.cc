// lvslab guest-labs: what a guest of `--on uml` runs. Not for people: its output is for the lvslab
// outside.

#include <memory>

#include "emulator/lab/guest_labs.hh"
#include "tools/lvslab/run_options.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::vector<std::string> files;
  lab::Options options;
};

}  // namespace

void add_guest_labs(CLI::App& app, Chosen& chosen) {
  auto* verb = app.add_subcommand(lab::kGuestVerb, "the inner half of --on uml");
  verb->group("");  // not in the help
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->files, "lab files")->required();
  verb->add_option("--pcap", arguments->options.pcap, "where a capture is kept until it is sent");
  add_run_options(*verb, arguments->options);
  verb->callback([&chosen, arguments] {
    chosen = [arguments] { return lab::run_for_host(arguments->files, arguments->options); };
  });
}

}  // namespace lvslab::tools
