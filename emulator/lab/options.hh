#pragma once
// How a lab is to be run: what the command line says beside the file.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/topology/model.hh"

namespace lvslab::lab {

enum class Where : uint8_t { automatic, netns, sim, uml };

// Labs in memory can be wrong on purpose: sabotage.hh.
enum class Sabotage : uint8_t { odd_checksum, weight_zero, arp_leak, untranslated, immortal };

struct Options {
  Where on = Where::automatic;
  std::optional<topology::Engine> director;           // of every director, instead of the file's
  std::map<std::string, topology::Engine> directors;  // of those named, instead of both
  std::optional<topology::Stack> servers;  // of real servers without programs of their own
  uint64_t seed = 1;                       // of everything random in the lab
  // Built and played so many times, each with the next seed, up to the first that fails.
  uint64_t repeat = 1;
  std::optional<Sabotage> sabotage;
  std::string pcap;                        // write the capture here; "" nowhere
};

// Who plays the directors and the real servers, in the command's words: --director ipvs.
std::vector<std::string> cast_words(const Options& options);

}  // namespace lvslab::lab
