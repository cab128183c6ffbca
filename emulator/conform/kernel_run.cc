#include "emulator/conform/kernel_run.hh"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <vector>

#include "emulator/base/error.hh"
#include "emulator/conform/kernel_case.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/kernel/sysctl.hh"

namespace lvslab::conform {

namespace {

namespace fs = std::filesystem;

// A folder of the machine outside tells nobody that it changed, so it is looked at. Where the clock
// runs ahead while it waits (kernel_worker.hh) that is 1000 times as often.
constexpr Duration kLook = std::chrono::milliseconds(5), kLookAhead = std::chrono::seconds(4);

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_whole(const std::string& path, const std::string& text) {
  std::ofstream out(path + ".part", std::ios::binary);
  out << text;
  out.close();
  if (!out) throw SystemError("write", path, errno);
  fs::rename(path + ".part", path);
}

// A case on its way, or why it is not.
class Active {
 public:
  Active(std::string stem, const std::string& ipvsadm)
      : stem_(std::move(stem)), case_(parse_case(read_all(stem_ + ".case"), stem_)) {
    try {
      played_ = std::make_unique<KernelCase>(case_, ipvsadm);
    } catch (const SystemError& error) {
      problem_ = error.what();
    }
  }
  Time due() const { return over() ? Time{} : played_->due(); }
  bool over() const { return !problem_.empty() || played_->done(); }
  template <class Clock>
  void play_on(Clock now) {
    try {
      played_->play_on(now);
    } catch (const SystemError& error) {
      problem_ = error.what();
    }
  }
  void answer() {
    Answers answers;
    if (played_) answers = played_->take();
    answers.problem = problem_;
    write_whole(stem_ + ".answers", encode(std::vector<Answers>{std::move(answers)}));
    std::cout << fs::path(stem_).filename().string() << std::endl;
  }

 private:
  std::string stem_;
  Case case_;
  std::unique_ptr<KernelCase> played_;
  std::string problem_;
};

class Run {
 public:
  Run(std::string folder, std::string ipvsadm, size_t at_once)
      : folder_(std::move(folder)),
        ipvsadm_(std::move(ipvsadm)),
        at_once_(at_once),
        look_(at_once == 1 ? kLookAhead : kLook) {}

  void turn() {
    const auto due = earliest();
    if (due != active_.end() && (*due)->due() <= loop_.now()) return go_on(due);
    if (active_.size() < at_once_ && fs::exists(stem() + ".case")) {
      active_.push_back(std::make_unique<Active>(stem(), ipvsadm_));
      ++next_;
      return;
    }
    const Time look = active_.size() < at_once_ ? loop_.now() + look_ : kNever;
    loop_.turn(due == active_.end() ? look : std::min(look, (*due)->due()));
  }

 private:
  using All = std::vector<std::unique_ptr<Active>>;
  std::string stem() const { return folder_ + "/" + std::to_string(next_); }

  All::iterator earliest() {
    return std::min_element(active_.begin(), active_.end(),
                            [](const auto& a, const auto& b) { return a->due() < b->due(); });
  }

  void go_on(All::iterator active) {
    if (!(*active)->over()) (*active)->play_on([this] { return loop_.now(); });
    if (!(*active)->over()) return;
    (*active)->answer();
    active_.erase(active);
  }

  std::string folder_, ipvsadm_;
  size_t at_once_;
  Duration look_;
  kernel::EventLoop loop_;
  All active_;
  size_t next_ = 0;
};

}  // namespace

bool kernel_has_ipvs() {
  if (kernel::find_program("ipvsadm").empty()) return false;
  try {
    const auto in = kernel::Namespace::make();
    kernel::get_sysctl(in, "net.ipv4.vs.conn_reuse_mode");
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void serve_cases(const std::string& folder, size_t at_once) {
  const auto ipvsadm = kernel::find_program("ipvsadm");
  if (ipvsadm.empty()) throw Unavailable("ipvsadm", "sudo apt-get install ipvsadm");
  for (Run run(folder, ipvsadm, at_once);;) run.turn();
}

}  // namespace lvslab::conform
