#include "emulator/kernel/probe.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/kernel/ipip.hh"
#include "tests/unit/kernel/support.hh"

namespace lvslab::kernel::test {

BOOST_AUTO_TEST_SUITE(kernel_probe)

BOOST_AUTO_TEST_CASE(each_capability_says_what_was_seen_or_what_would_give_it) {
  const std::vector<Capability> all = probe_machine();
  BOOST_TEST(all.size() == 12);
  for (const Capability& c : all) {
    BOOST_TEST_MESSAGE(c.name << ": " << (c.available ? "yes" : "no") << ", " << c.detail
                              << (c.remedy.empty() ? "" : "; ") << c.remedy);
    BOOST_TEST(!c.name.empty());
    BOOST_TEST(!c.detail.empty());
    BOOST_TEST(c.available == c.remedy.empty());
  }
}

BOOST_AUTO_TEST_CASE(says_of_ipip_what_a_lab_finds) {
  const Capability ipip = probe_ipip();
  in_child([&] { expect(kernel_has_ipip() == ipip.available, "the same"); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
