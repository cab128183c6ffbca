#include "emulator/kernel/descriptors.hh"
#include "emulator/lab/driver.hh"
#include "emulator/lab/lab.hh"
#include "emulator/lab/netns_lab.hh"

namespace lvslab::lab {

namespace {

class LiveLab final : public Lab {
 public:
  LiveLab(const topology::Topology& topology, const Options& options)
      : lab_(topology, options, Keep::frames), driver_(lab_, options.seed) {}
  scenario::StepRecord perform(const topology::Step& step) override {
    return driver_.perform(step);
  }
  const fabric::Evidence& evidence() override { return lab_.recorder().evidence(); }
  void comment_evidence() override { lab_.comment_evidence(); }

 private:
  NetnsLab lab_;
  Driver driver_;
};

}  // namespace

std::unique_ptr<Lab> make_live_lab(const topology::Topology& topology, const Options& options) {
  kernel::raise_descriptor_limit();
  return std::make_unique<LiveLab>(topology, options);
}

}  // namespace lvslab::lab
