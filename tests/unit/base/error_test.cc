// What a person reads when something cannot be set up.

#include "emulator/base/error.hh"

#include <boost/test/unit_test.hpp>
#include <cerrno>

using namespace lvslab;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(a_system_error_names_attempt_object_and_reason) {
  const SystemError failed("create veth pair", "rs1:eth0", EPERM);
  BOOST_TEST(failed.what() == "cannot create veth pair (rs1:eth0): Operation not permitted");
  BOOST_TEST(failed.error() == EPERM);
}

BOOST_AUTO_TEST_CASE(without_an_object_there_are_no_brackets) {
  BOOST_TEST(SystemError("unshare", "", EINVAL).what() == "cannot unshare: Invalid argument");
}

BOOST_AUTO_TEST_CASE(check_lets_results_through_and_throws_errno_for_negative_ones) {
  BOOST_TEST(check(7, "open", "file") == 7);
  BOOST_TEST(check(0, "open", "file") == 0);
  errno = ENOENT;
  BOOST_CHECK_EXCEPTION(check(-1, "open", "/dev/net/tun"), SystemError, [](const SystemError& e) {
    return e.error() == ENOENT &&
           std::string(e.what()) == "cannot open (/dev/net/tun): No such file or directory";
  });
}

BOOST_AUTO_TEST_CASE(unavailable_says_what_is_missing_and_what_gives_it) {
  const Unavailable missing("no TAP devices", "chmod 0666 /dev/net/tun");
  BOOST_TEST(missing.what() == "no TAP devices: chmod 0666 /dev/net/tun");
  BOOST_TEST(missing.capability() == "no TAP devices");
  BOOST_TEST(missing.remedy() == "chmod 0666 /dev/net/tun");
}

BOOST_AUTO_TEST_SUITE_END()
