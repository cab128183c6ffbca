#pragma once
// Frames and time at something that stands at two ports: plays the records of a storm that are
// about either, keeps what leaves so that it can be answered, and has oracles look on. What stands
// there, and what else happens to it, is its heir's.
//
// One at a time: its buffers are used again by the next one, which is most of what makes one cheap.

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "emulator/conform/case.hh"
#include "emulator/host/outbox.hh"
#include "tests/fuzz/director/events.hh"
#include "tests/fuzz/director/frames.hh"
#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

class Stage {
 public:
  Stage();
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // They must outlive the stage.
  void look_on(std::vector<std::unique_ptr<Oracle>>& oracles) { oracles_ = &oracles; }
  // Events are told as a case (conform/case.hh), which must outlive the stage.
  void tell(conform::Case& to) { written_ = &to; }

  // Stops at a complaint.
  void play(const std::vector<Record>& records);
  // Time passes, timers fire.
  void wait(Duration pause);
  // What is done at leisure is done, though no timer asks for it.
  void idle();

  Complaints& complaints() { return complaints_; }
  Time now() const { return now_; }

 protected:
  virtual void rule(Bytes) {}
  virtual void setting(Bytes) {}
  // Before a frame comes or time passes.
  virtual void before_moving() {}
  template <class Call>
  void each_oracle(Call call) {
    if (!oracles_) return;
    for (const auto& oracle : *oracles_) call(*oracle);
  }
  bool is_told() const { return written_ != nullptr; }
  void tell(conform::Event event) { written_->events.push_back(std::move(event)); }
  // A frame came or time passed since this was last asked.
  bool has_moved() { return std::exchange(moved_, false); }

 private:
  class Out;
  struct Desk;
  virtual void receive(uint32_t port, wire::Frame frame, Time now, host::Outbox& out) = 0;
  virtual void tick(Time now, host::Outbox& out) = 0;
  virtual Time next_deadline() const = 0;
  virtual Turn::Counts counts() const = 0;

  void play(const Record& record);
  void play_again(const AgainFields& fields);
  void come(const Incoming& incoming);
  void come(uint32_t port, Bytes frame);
  void keep_what_left();
  // The one so many back, of those kept; null: none was sent.
  const Sent* sent(uint8_t back) const;

  std::vector<std::unique_ptr<Oracle>>* oracles_ = nullptr;
  conform::Case* written_ = nullptr;
  Time now_{};
  Desk& desk_;
  size_t sent_count_ = 0, came_count_ = 0;
  bool moved_ = false;
  Complaints complaints_;
};

}  // namespace lvslab::fuzz
