// Files, directories and what isn't there.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

std::string what_of(const std::string& path) {
  try {
    load(path);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

// A file of the test's own, gone with it.
class OwnFile {
 public:
  explicit OwnFile(std::string_view text)
      : path_(std::filesystem::path(LVSLAB_BINARY_DIR) / "unit-topology-own.yaml") {
    std::ofstream(path_) << text;
  }
  ~OwnFile() { std::filesystem::remove(path_); }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(what_is_not_there_is_said_so) {
  BOOST_TEST(what_of("no-such.yaml") == "no-such.yaml: can't be read: No such file or directory");
  BOOST_TEST(what_of(LVSLAB_SOURCE_DIR) == LVSLAB_SOURCE_DIR ": can't be read: it is no file");
}

BOOST_AUTO_TEST_CASE(mistakes_bear_the_files_name_line_and_column) {
  const OwnFile file(sample_with("role: client", "role: clients"));
  BOOST_TEST(what_of(file.path()) ==
             file.path() +
                 ":7:11: 'role' is client, router, director or real-server, not 'clients'");
}

BOOST_AUTO_TEST_CASE(standard_input_is_a_file_too) {
  std::istringstream text{std::string(kSample)};
  std::streambuf* const terminal = std::cin.rdbuf(text.rdbuf());
  const Topology lab = read("-");
  std::cin.rdbuf(terminal);
  BOOST_TEST(lab.name == "sample");
  BOOST_TEST(lab.file == "<stdin>");
}

BOOST_AUTO_TEST_CASE(a_file_written_on_windows_reads_the_same) {
  std::string yaml;
  for (const char c : kSample) yaml += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Topology lab = read_text(yaml, "lab.yaml");
  BOOST_TEST(lab.find_host("director")->rules.at(1).text ==
             "-a -t 198.51.100.100:80 -r 198.51.100.11 -g");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
