// A file is there complete or not at all, also after SIGKILL.
#include "emulator/capture/atomic_file.hh"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"

namespace lvslab::capture {
namespace {

namespace fs = std::filesystem;

// An own directory, gone with its test.
struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "lvslab-capture-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
  size_t entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  fs::path path;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.stream() << text;
  file.commit();
}

BOOST_AUTO_TEST_SUITE(capture_atomic_file)

BOOST_AUTO_TEST_CASE(it_appears_with_commit_and_not_before) {
  const Directory dir;
  AtomicFile file(dir.file("a"));
  file.stream() << std::string(200'000, 'x');
  file.stream().flush();
  BOOST_TEST(!fs::exists(dir.file("a")));
  file.commit();
  BOOST_TEST(content(dir.file("a")).size() == 200'000);
  BOOST_TEST(dir.entries() == 1);
}

BOOST_AUTO_TEST_CASE(without_commit_nothing_is_left_and_an_old_file_stays) {
  const Directory dir;
  write_whole(dir.file("old"), "old");
  for (const char* name : {"new", "old"}) {
    AtomicFile file(dir.file(name));
    file.stream() << "half" << std::flush;
  }
  BOOST_TEST(content(dir.file("old")) == "old");
  BOOST_TEST(dir.entries() == 1);
}

BOOST_AUTO_TEST_CASE(an_old_file_is_replaced_also_behind_a_symbolic_link) {
  const Directory dir;
  write_whole(dir.file("old"), "old");
  fs::create_symlink("old", dir.file("link"));
  write_whole(dir.file("link"), "new");
  BOOST_TEST(content(dir.file("old")) == "new");
  BOOST_TEST(fs::is_symlink(dir.file("link")));
  BOOST_TEST(dir.entries() == 2);
}

BOOST_AUTO_TEST_CASE(a_killed_writer_leaves_nothing) {
  const Directory dir;
  int ready[2];
  BOOST_REQUIRE(::pipe(ready) == 0);
  const auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    AtomicFile file(dir.file("a"));
    file.stream() << std::string(200'000, 'x') << std::flush;
    if (::write(ready[1], "r", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);  // it is in the middle of its work
  ::kill(child, SIGKILL);
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(dir.entries() == 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

// A pipe of its own stands for every device: a mistake here, run as root, must not cost the machine
// its /dev/null.
BOOST_AUTO_TEST_CASE(a_pipe_is_written_straight) {
  const Directory dir;
  BOOST_REQUIRE(::mkfifo(dir.file("pipe").c_str(), 0600) == 0);
  const FileDescriptor reader(::open(dir.file("pipe").c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  BOOST_REQUIRE(reader);
  write_whole(dir.file("pipe"), "through");
  std::array<char, 16> text{};
  BOOST_TEST(::read(reader.get(), text.data(), text.size()) == 7);
  BOOST_TEST(std::string(text.data()) == "through");
  BOOST_TEST(fs::is_fifo(dir.file("pipe")));
  BOOST_TEST(dir.entries() == 1);
}

// The process may write no file above a size, for as long as this lives.
struct SmallFiles {
  explicit SmallFiles(rlim_t most) : signal(::signal(SIGXFSZ, SIG_IGN)) {
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit now{most, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, signal);
  }
  rlimit before{};
  void (*signal)(int);
};

BOOST_AUTO_TEST_CASE(a_write_that_fails_is_an_error_that_names_the_file_and_leaves_none) {
  const Directory dir;
  const SmallFiles small(1000);
  const auto name = dir.file("a");
  BOOST_CHECK_EXCEPTION(
      write_whole(name, std::string(200'000, 'x')), SystemError, [&](const SystemError& error) {
        return error.error() == EFBIG && std::string(error.what()).find(name) != std::string::npos;
      });
  BOOST_TEST(dir.entries() == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_says_so_at_once) {
  const Directory dir;
  BOOST_CHECK_THROW(AtomicFile(dir.file("no/such/a")), SystemError);
  BOOST_CHECK_THROW(AtomicFile(dir.path.string()), SystemError);
}

BOOST_AUTO_TEST_CASE(the_umask_decides_who_may_read_it) {
  const Directory dir;
  const auto before = ::umask(027);
  write_whole(dir.file("a"), "x");
  ::umask(before);
  const auto mode = fs::status(dir.file("a")).permissions() & fs::perms::all;
  BOOST_TEST((mode == fs::perms(0640)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::capture
