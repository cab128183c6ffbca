#pragma once
// Programs run by tests, under a deadline, with what they printed. They die with the test.

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace lvslab::test {

struct Outcome {
  int status = 0;  // exit status; 128 + signal
  bool timed_out = false;
  std::string out;
  std::string err;
};

struct How {
  std::chrono::milliseconds deadline{60000};
  std::string input;                               // standard input
  std::string directory;                           // to run in; "" here
  std::map<std::string, std::string> environment;  // beside ours
};

Outcome run(const std::vector<std::string>& argv, const How& how = {});

// A program in the background; killed by its pid at the end of the test if still there.
class Background {
 public:
  explicit Background(const std::vector<std::string>& argv);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  pid_t pid() const { return pid_; }
  void kill(int signal);
  int wait();  // exit status; 128 + signal

 private:
  pid_t pid_ = -1;
};

// The program under test.
std::string program();
// A file of the source tree.
std::string source(const std::string& path);
std::string read_file(const std::string& path);

// A directory that goes with its object.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace lvslab::test
