// What of a guest shows without its init: that test programs are no init. The rest is in
// tests/e2e/uml_test.cc.

#include <boost/test/unit_test.hpp>

#include "emulator/base/error.hh"
#include "emulator/kernel/guest_modules.hh"
#include "emulator/kernel/uml.hh"

namespace lvslab::kernel::test {

BOOST_AUTO_TEST_SUITE(kernel_guest)

BOOST_AUTO_TEST_CASE(one_that_does_not_boot_in_time_is_ended_and_said_so) {
  if (find_uml().empty()) {
    BOOST_TEST_MESSAGE("not shown: no linux.uml");
    return;
  }
  GuestOptions options;
  options.boot_within = std::chrono::milliseconds(200);
  const auto began = std::chrono::steady_clock::now();
  const auto end = run_in_guest(
      {"true"}, options, [](std::string_view) {}, [](std::string_view) {});
  BOOST_TEST(!end.status.has_value());
  BOOST_TEST(end.problem.starts_with("the guest did not boot within 0.2 s"), end.problem);
  BOOST_CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
}

BOOST_AUTO_TEST_CASE(modules_that_a_folder_has_not_are_told) {
  const auto folder = find_uml_modules();
  if (folder.empty()) return;
  // Nothing is loaded: neither is there.
  BOOST_CHECK((load_modules(folder, {"no_such_module", ""}) ==
               std::vector<std::string>{"no_such_module", ""}));
  BOOST_CHECK_THROW(load_modules("/no/where", {"veth"}), SystemError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
