// Which files `lvslab test PATH...` runs.

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "emulator/base/error.hh"
#include "emulator/lab/runner.hh"
#include "tests/support/command.hh"

using namespace lvslab;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(labs_below_a_folder_sorted_and_files_as_given) {
  const test::ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.path("sub"));
  const auto b = scratch.file("b.yaml", ""), a = scratch.file("sub/a.yml", "");
  scratch.file("README.md", "");
  const auto odd = scratch.file("odd.txt", "");
  BOOST_TEST(lab::find_labs({scratch.path("")}).size() == 2U);
  BOOST_TEST((lab::find_labs({odd, b}) == Names{odd, b}));
}

BOOST_AUTO_TEST_CASE(nothing_to_run_is_wrong_usage) {
  const test::ScratchDirectory scratch;
  BOOST_CHECK_THROW(lab::find_labs({scratch.path("")}), UsageError);
  BOOST_CHECK_THROW(lab::find_labs({"/no/such/folder"}), UsageError);
}
