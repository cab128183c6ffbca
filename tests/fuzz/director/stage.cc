#include "tests/fuzz/director/stage.hh"

namespace lvslab::fuzz {

namespace {

constexpr size_t kKept = 16;

void show(SeenFrame& to, const Sent& frame) {
  to.port = frame.port;
  to.bytes = frame.frame;
  read_frame(frame.frame, to.reading);
}

}  // namespace

// Buffers that outlive a stage.
struct Stage::Desk {
  Desk() {
    for (Sent& each : came) each.frame.reserve(kLongest);
    for (Sent& each : sent) each.frame.reserve(kLongest);
    changed.reserve(kLongest);
  }
  // Bytes: that what memory a storm costs does not depend on which of these its frames come into.
  static constexpr size_t kLongest = 8192;

  std::array<Sent, kKept> sent, came;
  std::vector<Sent> out;  // of which the first out_count have left just now
  size_t out_count = 0;
  Buffer changed;
  Incoming incoming;
  Turn turn;
  std::vector<SeenFrame> seen;  // the turn's, and more that are made and not used

  static Desk& the() {
    static Desk desk;
    return desk;
  }
};

Stage::Stage() : desk_(Desk::the()) {}

// Keeps what leaves.
class Stage::Out : public host::Outbox {
 public:
  explicit Out(Desk& desk) : desk_(desk) { desk_.out_count = 0; }
  void send(uint32_t port, wire::Frame frame) override {
    if (desk_.out_count == desk_.out.size()) desk_.out.emplace_back().frame.reserve(Desk::kLongest);
    Sent& next = desk_.out[desk_.out_count++];
    next.port = port;
    next.frame.assign(frame.bytes().begin(), frame.bytes().end());
  }

 private:
  Desk& desk_;
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
      packet_frames(read_packet_fields(record.fields), desk_.incoming);
      return come(desk_.incoming);
    case Kind::answer: {
      const AnswerFields fields = read_answer_fields(record.fields);
      const Sent* about = sent(fields.about);
      if (!about) return;
      answer_frame(fields, *about, desk_.incoming);
      return come(desk_.incoming);
    }
    case Kind::error: {
      const ErrorFields fields = read_error_fields(record.fields);
      const Sent* about = sent(fields.about);
      if (!about) return;
      error_frame(fields, *about, desk_.incoming);
      return come(desk_.incoming);
    }
    case Kind::again:
      return play_again(read_again_fields(record.fields));
    case Kind::frame: {
      if (record.fields.empty()) return;
      return come(record.fields[0] & 1U, record.fields.subspan(1));
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
  const Sent& before = desk_.came[(came_count_ - 1 - back) % kKept];
  desk_.changed = before.frame;
  change_frame(fields, desk_.changed);
  come(before.port, desk_.changed);
}

void Stage::wait(Duration pause) {
  // Nothing here has a timer that fires more often than a few times a second for long.
  constexpr int kMostTicks = 5000;
  if (written_) tell({conform::EventKind::wait, {}, 0, {}, pause});
  before_moving();
  moved_ = true;
  const Time end = now_ + pause;
  Out out(desk_);
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
  keep_what_left();
}

void Stage::idle() {
  Out out(desk_);
  tick(now_, out);
}

void Stage::keep_what_left() {
  for (size_t i = 0; i < desk_.out_count; ++i)
    std::swap(desk_.sent[sent_count_++ % kKept], desk_.out[i]);
}

void Stage::come(const Incoming& incoming) {
  for (const Buffer& frame : incoming.frames()) {
    come(incoming.port, frame);
    if (!complaints_.empty()) return;
  }
}

void Stage::come(uint32_t port, Bytes frame) {
  // 16 packets that waited for a neighbour, each of at most 54 fragments.
  constexpr size_t kMostOut = 1024;
  if (written_) tell({conform::EventKind::frame, {}, port, {frame.begin(), frame.end()}, {}});
  before_moving();
  moved_ = true;
  Sent& came = desk_.came[came_count_++ % kKept];
  came.port = port;
  came.frame.assign(frame.begin(), frame.end());
  Turn& turn = desk_.turn;
  turn.at = now_;
  show(turn.in, came);
  Out out(desk_);
  receive(port, wire::Frame::copy_of(came.frame), now_, out);
  turn.counts = counts();
  if (desk_.seen.size() < desk_.out_count) desk_.seen.resize(desk_.out_count);
  for (size_t i = 0; i < desk_.out_count; ++i) show(desk_.seen[i], desk_.out[i]);
  turn.out = std::span(desk_.seen).first(desk_.out_count);
  if (turn.out.size() > kMostOut)
    complaints_.push_back({"bounded", "more than 1024 frames for one"});
  each_oracle([&](Oracle& oracle) { oracle.frame(turn, complaints_); });
  keep_what_left();
}

const Sent* Stage::sent(uint8_t back) const {
  if (sent_count_ == 0) return nullptr;
  return &desk_.sent[(sent_count_ - 1 - back % std::min(sent_count_, kKept)) % kKept];
}

}  // namespace lvslab::fuzz
