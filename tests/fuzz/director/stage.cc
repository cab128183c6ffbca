#include "tests/fuzz/director/stage.hh"

namespace lvslab::fuzz {

// Keeps what leaves.
class Stage::Out : public host::Outbox {
 public:
  void send(uint32_t port, wire::Frame frame) override {
    frames.push_back({port, {frame.bytes().begin(), frame.bytes().end()}});
  }
  std::vector<Sent> frames;
};

void Stage::play(const std::vector<Record>& records) {
  for (const Record& record : records) {
    play(record);
    if (!complaints_.empty()) return;
  }
}

void Stage::play(const Record& record) {
  switch (record.kind) {
    case Kind::packet:
      return come(packet_frames(read_packet_fields(record.fields)));
    case Kind::answer: {
      const AnswerFields fields = read_answer_fields(record.fields);
      const Sent* about = sent(fields.about);
      if (const auto answer = about ? answer_frame(fields, *about) : std::nullopt) come(*answer);
      return;
    }
    case Kind::error: {
      const ErrorFields fields = read_error_fields(record.fields);
      const Sent* about = sent(fields.about);
      if (const auto error = about ? error_frame(fields, *about) : std::nullopt) come(*error);
      return;
    }
    case Kind::again:
      return play_again(read_again_fields(record.fields));
    case Kind::frame: {
      if (record.fields.empty()) return;
      const Bytes bytes = record.fields.subspan(1);
      return come(record.fields[0] & 1U, {bytes.begin(), bytes.end()});
    }
    case Kind::rule:
      return rule(record.fields);
    case Kind::setting:
      return setting(record.fields);
    case Kind::wait:
      return wait(pause_of(record.fields));
  }
}

void Stage::play_again(const AgainFields& fields) {
  if (came_count_ == 0) return;
  const size_t back = fields.about % std::min(came_count_, kKept);
  Sent copy = came_[(came_count_ - 1 - back) % kKept];
  change_frame(fields, copy.frame);
  come(copy.port, copy.frame);
}

void Stage::wait(Duration pause) {
  // Nothing here has a timer that fires more often than a few times a second for long.
  constexpr int kMostTicks = 5000;
  if (written_) tell({conform::EventKind::wait, {}, 0, {}, pause});
  const Time end = now_ + pause;
  Out out;
  int ticks = 0;
  for (Time due = next_deadline(); due <= end; due = next_deadline()) {
    now_ = std::max(now_, due);
    tick(now_, out);
    if (++ticks == kMostTicks) {
      complaints_.push_back({"timers", "5000 ticks in one pause: a deadline that stays"});
      return;
    }
  }
  now_ = end;
  for (const Sent& each : out.frames) keep(each);
}

void Stage::come(const Incoming& incoming) {
  for (const Buffer& frame : incoming.frames) {
    come(incoming.port, frame);
    if (!complaints_.empty()) return;
  }
}

void Stage::come(uint32_t port, const Buffer& frame) {
  // 16 packets that waited for a neighbour, each of at most 54 fragments.
  constexpr size_t kMostOut = 1024;
  if (written_) tell({conform::EventKind::frame, {}, port, frame, {}});
  came_[came_count_++ % kKept] = {port, frame};
  Turn turn;
  turn.at = now_;
  turn.in = {port, frame, read_frame(frame)};
  turn.before = counts();
  Out out;
  receive(port, wire::Frame::copy_of(frame), now_, out);
  turn.after = counts();
  for (const Sent& each : out.frames)
    turn.out.push_back({each.port, each.frame, read_frame(each.frame)});
  if (turn.out.size() > kMostOut)
    complaints_.push_back({"bounded", "more than 1024 frames for one"});
  each_oracle([&](Oracle& oracle) { oracle.frame(turn, complaints_); });
  for (const Sent& each : out.frames) keep(each);
}

const Sent* Stage::sent(uint8_t back) const {
  if (sent_count_ == 0) return nullptr;
  return &sent_[(sent_count_ - 1 - back % std::min(sent_count_, kKept)) % kKept];
}

}  // namespace lvslab::fuzz
