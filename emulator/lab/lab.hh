#pragma once
// A lab as whoever plays its scenario sees it, wherever it runs: up when it is made, down when it
// is gone.

#include <chrono>
#include <memory>
#include <optional>

#include "emulator/fabric/sighting.hh"
#include "emulator/lab/options.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// Longer than any connection is remembered that nobody uses.
inline constexpr std::chrono::hours kRest{2};

class Lab {
 public:
  virtual ~Lab() = default;
  // Does what the step says; its frames have settled when it returns. Throws SystemError,
  // Unavailable or UsageError when it could not be done at all.
  virtual scenario::StepRecord perform(const topology::Step& step) = 0;
  // So far.
  virtual const fabric::Evidence& evidence() = 0;
  // Writes beside the frames what directors said of those that they handled.
  virtual void comment_evidence() = 0;
  // In memory: lets kRest pass, and tells how many connections the directors still list. Nothing
  // where that would take as long.
  virtual std::optional<size_t> connections_at_rest() { return {}; }
};

// In network namespaces of this kernel; in memory. The topology must outlive the lab. Throws
// Unavailable, SystemError, UsageError.
std::unique_ptr<Lab> make_live_lab(const topology::Topology& topology, const Options& options);
std::unique_ptr<Lab> make_sim_lab(const topology::Topology& topology, const Options& options);

}  // namespace lvslab::lab
