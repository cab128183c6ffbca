#include "emulator/kernel/guest_plan.hh"

#include <cstring>
#include <stdexcept>

namespace lvslab::kernel {

namespace {

constexpr size_t kHeader = 5;
constexpr std::string_view kKinds = "uoexf";

// Texts without zero bytes, each ended by one; lists begin with their length. The input comes last
// and as it is.
void put(std::string& out, std::string_view text) {
  out.append(text).push_back('\0');
}
void put(std::string& out, const std::vector<std::string>& list) {
  put(out, std::to_string(list.size()));
  for (const auto& text : list) put(out, text);
}

class Texts {
 public:
  explicit Texts(std::string_view left) : left_(left) {}
  std::string text() {
    const size_t end = left_.find('\0');
    if (end == std::string_view::npos) throw std::runtime_error("a guest's plan is cut short");
    const std::string_view found = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return std::string(found);
  }
  std::vector<std::string> list() {
    std::vector<std::string> found;
    for (size_t left = std::stoul(text()); left > 0; --left) found.push_back(text());
    return found;
  }

  std::string rest() const { return std::string(left_); }

 private:
  std::string_view left_;
};

}  // namespace

std::string to_text(const GuestPlan& plan) {
  std::string out;
  put(out, plan.directory);
  put(out, plan.module_directory);
  put(out, plan.modules);
  put(out, plan.writable);
  put(out, plan.argv);
  put(out, plan.environment);
  return out += plan.input;
}

GuestPlan plan_of(std::string_view text) {
  Texts texts(text);
  GuestPlan plan;
  plan.directory = texts.text();
  plan.module_directory = texts.text();
  plan.modules = texts.list();
  plan.writable = texts.list();
  plan.argv = texts.list();
  plan.environment = texts.list();
  plan.input = texts.rest();
  return plan;
}

std::string encode(FrameKind kind, std::string_view text) {
  std::string frame(1, static_cast<char>(kind));
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(text.size() >> shift & 0xff));
  return frame.append(text);
}

bool FrameReader::next(GuestFrame& frame) {
  if (held_.empty()) return false;
  if (kKinds.find(held_[0]) == std::string_view::npos)
    throw std::runtime_error("the guest's console has something else than frames: " +
                             held_.substr(0, 200));
  if (held_.size() < kHeader) return false;
  size_t size = 0;
  for (size_t i = 1; i < kHeader; ++i) size = size << 8 | static_cast<uint8_t>(held_[i]);
  if (size > kMostFrameText) throw std::runtime_error("the guest's console has a broken frame");
  if (held_.size() < kHeader + size) return false;
  frame.kind = static_cast<FrameKind>(held_[0]);
  frame.text = held_.substr(kHeader, size);
  held_.erase(0, kHeader + size);
  return true;
}

}  // namespace lvslab::kernel
