// lvslab replay: a capture's frames into the director's ports in virtual time, its frames out.

#include <iostream>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/capture/reader.hh"
#include "emulator/capture/writer.hh"
#include "emulator/lab/replay.hh"
#include "emulator/topology/reader.hh"
#include "tools/lvslab/verbs.hh"

namespace lvslab::tools {

namespace {

struct Arguments {
  std::string file, in, out;
  uint64_t seed = 1;
};

// What cannot be read is a wrong file like any other.
fabric::Evidence read_capture(const std::string& path) {
  try {
    return capture::read_pcapng(path);
  } catch (const SystemError& error) {
    throw UsageError(std::string("lvslab replay: ") + error.what());
  }
}

int run(const Arguments& arguments) {
  const auto topology = topology::read(arguments.file);
  const auto replayed = lab::replay(topology, read_capture(arguments.in), arguments.seed);
  capture::FileInfo info;
  info.comment = "replay of " + topology.name + ", seed " + std::to_string(arguments.seed);
  capture::write_file(arguments.out, replayed.sent, info);
  // The capture itself may go to standard output.
  auto& say = arguments.out == "-" || arguments.out == "/dev/stdout" ? std::cerr : std::cout;
  say << replayed.frames << " frames in, " << replayed.sent.sightings.size() << " out; skipped "
      << replayed.other_ports << " of other interfaces";
  if (replayed.own) say << ", " << replayed.own << " that the director had sent";
  if (replayed.oversized) say << ", " << replayed.oversized << " longer than a frame can be";
  say << '\n';
  return kPassed;
}

}  // namespace

void add_replay(CLI::App& app, Chosen& chosen) {
  auto* verb =
      app.add_subcommand("replay", "play a capture to the embedded director, in virtual time");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("FILE", arguments->file, "lab file: its director, its rules")->required();
  verb->add_option("--in", arguments->in,
                   "frames that enter by the interface their record names, as director:eth0, at "
                   "their time")
      ->required()
      ->type_name("IN.pcapng");
  verb->add_option("--out", arguments->out, "the frames that the director sends")
      ->required()
      ->type_name("OUT.pcapng");
  verb->add_option("--seed", arguments->seed, "seed of everything random in the director")
      ->capture_default_str()
      ->envname("LVSLAB_SEED");
  verb->footer(
      "The same lab, capture and seed give the same bytes. Records of other interfaces, and those\n"
      "marked as sent by the director, are skipped and counted.\n"
      "Example:\n"
      "  lvslab run topologies/dr.yaml --pcap dr.pcapng\n"
      "  lvslab replay topologies/dr.yaml --in dr.pcapng --out again.pcapng");
  verb->callback([&chosen, arguments] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lvslab::tools
