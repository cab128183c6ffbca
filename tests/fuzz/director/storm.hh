#pragma once
// A storm at a director: the records of an input, played in virtual time to a node::DirectorNode on
// two ports, with oracles that look on. The same bytes do the same each time.

#include <string>

#include "emulator/node/director_node.hh"
#include "tests/fuzz/director/stage.hh"

namespace lvslab::fuzz {

class DirectorStage : public Stage {
 public:
  explicit DirectorStage(const Surroundings& about);

  // Oracles see everything as it is now.
  void rest();
  // All rules go, and time until nothing can be left. Complains of what is.
  void settle();
  // Once more from where it stands, as often as memory grows by it. Complains if it always does.
  void play_again(const std::vector<Record>& records);

 private:
  void rule(Bytes fields) override;
  void before_moving() override;
  void setting(Bytes fields) override;
  void receive(uint32_t port, wire::Frame frame, Time now, host::Outbox& out) override {
    node_.receive(port, std::move(frame), now, out);
  }
  void tick(Time now, host::Outbox& out) override { node_.tick(now, out); }
  Time next_deadline() const override { return node_.next_deadline(); }
  Turn::Counts counts() const override;
  void apply(const ipvs::Command& command);
  void change(const ipvs::Settings& settings);

  node::DirectorNode& node_;
  Standing& standing_;
  bool ruled_ = false;  // and the oracles were not shown what became of it
};

// One input: nothing when all is well.
Complaints run_storm(Bytes input);
Complaints run_storm(Bytes input, std::vector<std::unique_ptr<Oracle>>& oracles);
// The input as a case that `lvslab conform --case` plays beside a kernel, what is needed for it in
// comments.
std::string story_of_storm(Bytes input);

}  // namespace lvslab::fuzz
