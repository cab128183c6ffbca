#pragma once
// Our director on a case, in virtual time: no wait takes any.

#include <memory>

#include "emulator/conform/answer.hh"
#include "emulator/node/director_node.hh"

namespace lvslab::conform {

class Ours {
 public:
  // `surroundings`: a case whose events are not looked at. It must outlive this.
  explicit Ours(const Case& surroundings);
  ~Ours();
  Ours(const Ours&) = delete;
  Ours& operator=(const Ours&) = delete;

  // Events of one instant: time passes in waits, and a moment before listings. What timers send
  // while it passes belongs to the event.
  Answer play(const Event& event);

  Time now() const { return now_; }
  const node::DirectorNode& node() const { return node_; }

 private:
  class Sink;
  Answer apply(const Event& event);
  void ask_ipvsadm(const Event& event, Answer& answer);
  void change_setting(const Event& event);
  void pass(Duration pause, Sink& sink);

  node::DirectorNode node_;
  Time now_{};
};

// All of a case.
Answers play_ours(const Case& played);

}  // namespace lvslab::conform
