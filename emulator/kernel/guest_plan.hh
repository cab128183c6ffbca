#pragma once
// What a guest's init is to do, and how it tells what happens: the two ends of uml.hh's console.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lvslab::kernel {

struct GuestPlan {
  std::string directory;  // to start the program in
  std::string module_directory;
  std::vector<std::string> modules;
  std::vector<std::string> writable;
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string input;  // the program's standard input: any bytes
};

std::string to_text(const GuestPlan& plan);
// Throws std::runtime_error when the text is cut short.
GuestPlan plan_of(std::string_view text);

// One record on the console: its kind, its length (4 bytes, big-endian), its text.
enum class FrameKind : char {
  up = 'u',      // the program starts
  output = 'o',  // it wrote this to standard output
  error = 'e',   // to standard error
  ended = 'x',   // its exit status, in decimal
  failed = 'f',  // why the guest could not start it
};
struct GuestFrame {
  FrameKind kind = FrameKind::failed;
  std::string text;
};

// The largest text that a sender puts into one frame.
inline constexpr size_t kMostFrameText = 16 * 1024;

std::string encode(FrameKind kind, std::string_view text);

// Frames out of a stream of bytes.
class FrameReader {
 public:
  void take(std::string_view bytes) { held_ += bytes; }
  // Takes the next whole frame off. Throws std::runtime_error for what is no frame.
  bool next(GuestFrame& frame);

 private:
  std::string held_;
};

}  // namespace lvslab::kernel
