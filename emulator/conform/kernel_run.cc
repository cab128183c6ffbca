#include "emulator/conform/kernel_run.hh"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/conform/kernel_case.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/kernel/sysctl.hh"

namespace lvslab::conform {

namespace {

namespace fs = std::filesystem;

// A folder of the machine outside tells nobody that it changed.
constexpr Duration kLook = std::chrono::milliseconds(5);

struct Active {
  size_t index;
  std::unique_ptr<KernelCase> played;
};

class Run {
 public:
  Run(const std::vector<Case>& cases, std::string ipvsadm, size_t at_once)
      : cases_(cases), ipvsadm_(std::move(ipvsadm)), at_once_(at_once), answers_(cases.size()) {}

  std::vector<Answers> all() {
    while (next_ < cases_.size() || !active_.empty()) {
      if (Active* due = earliest(); due && due->played->due() <= loop_.now()) {
        go_on(*due);
      } else if (next_ < cases_.size() && active_.size() < at_once_) {
        begin();
      } else {
        loop_.turn(due->played->due());
      }
    }
    return std::move(answers_);
  }

 private:
  Active* earliest() {
    const auto found = std::min_element(
        active_.begin(), active_.end(),
        [](const Active& a, const Active& b) { return a.played->due() < b.played->due(); });
    return found == active_.end() ? nullptr : &*found;
  }

  void begin() {
    const size_t index = next_++;
    try {
      active_.push_back({index, std::make_unique<KernelCase>(cases_[index], ipvsadm_)});
    } catch (const SystemError& error) {
      answers_[index].problem = error.what();
    }
  }

  void go_on(Active& active) {
    try {
      active.played->play_on([this] { return loop_.now(); });
    } catch (const SystemError& error) {
      answers_[active.index].problem = error.what();
    }
    if (!active.played->done() && answers_[active.index].problem.empty()) return;
    end(active);
  }

  void end(Active& active) {
    const std::string problem = answers_[active.index].problem;
    answers_[active.index] = active.played->take();
    answers_[active.index].problem = problem;
    active_.erase(active_.begin() + (&active - active_.data()));
  }

  const std::vector<Case>& cases_;
  std::string ipvsadm_;
  size_t at_once_;
  kernel::EventLoop loop_;
  std::vector<Answers> answers_;
  std::vector<Active> active_;
  size_t next_ = 0;
};

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

}  // namespace

std::vector<Answers> play_in_kernel(const std::vector<Case>& cases, size_t at_once) {
  const auto ipvsadm = kernel::find_program("ipvsadm");
  if (ipvsadm.empty()) throw Unavailable("ipvsadm", "sudo apt-get install ipvsadm");
  return Run(cases, ipvsadm, at_once).all();
}

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

void serve_cases(const std::string& folder) {
  kernel::EventLoop loop;
  for (size_t n = 0;; ++n) {
    const std::string stem = folder + "/" + std::to_string(n);
    const auto there = [&] { return fs::exists(stem + ".cases") || fs::exists(folder + "/stop"); };
    while (!there()) loop.run_for(kLook);
    if (!fs::exists(stem + ".cases")) return;
    const auto cases = decode_cases(read_all(stem + ".cases"));
    write_whole(stem + ".answers", encode(play_in_kernel(cases)));
    std::cout << n << std::endl;
  }
}

}  // namespace lvslab::conform
