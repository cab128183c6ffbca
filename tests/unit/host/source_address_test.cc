// RFC 6724, 5, rule by rule: which of a host's IPv6 addresses speaks to whom.

#include "emulator/host/source_address.hh"

#include "steps.hh"

namespace lvslab::host::test {

BOOST_AUTO_TEST_SUITE(source_address)

BOOST_AUTO_TEST_CASE(rule_by_rule) {
  struct Own {
    const char* address;
    bool outgoing = true;
  };
  struct Row {
    const char* says;
    std::vector<Own> own;
    const char* target;
    const char* chosen;
  };
  const Row rows[] = {
      {"1: the target itself",
       {{"2001:db8:1::1/64"}, {"2001:db8:1::9/64", false}},
       "2001:db8:1::9",
       "2001:db8:1::9"},
      {"2: link-local to a group of the link",
       {{"2001:db8:1::1/64"}, {"fe80::1/64"}},
       "ff02::1",
       "fe80::1"},
      {"2: loopback counts as of the link",
       {{"2001:db8:1::1/64"}, {"fe80::1/64"}},
       "::1",
       "fe80::1"},
      {"2: to a group of the site the least that reaches it",
       {{"fe80::1/64"}, {"2001:db8:1::1/64"}, {"fec0::1/64"}},
       "ff05::1",
       "fec0::1"},
      {"2: to a group of the world a global address",
       {{"fe80::1/64"}, {"fec0::1/64"}, {"2001:db8:1::1/64"}},
       "ff0e::1",
       "2001:db8:1::1"},
      {"2: if none reaches it, the widest",
       {{"fe80::1/64"}, {"fec0::1/64"}},
       "2001:db8:9::1",
       "fec0::1"},
      {"5: of the interface it leaves by, though another has more in common",
       {{"2001:db8:1::1/64", false}, {"2001:db8:2::1/64"}},
       "2001:db8:1::9",
       "2001:db8:2::1"},
      {"6: 6to4 to 6to4, though another has more in common",
       {{"2001:db8:1::1/64"}, {"2002:c000:201::1/8"}},
       "2002:c633:6401::1",
       "2002:c000:201::1"},
      {"6: Teredo to Teredo, though another has more in common",
       {{"2001:db8:1::1/64"}, {"2001:0:9::1/16"}},
       "2001:0:5::1",
       "2001:0:9::1"},
      {"8: the longest common prefix",
       {{"2001:db8:1::1/64"}, {"2001:db8:2::1/64"}},
       "2001:db8:2::9",
       "2001:db8:2::1"},
      {"8: no further than the source's own prefix: the first among equals",
       {{"2001:db8:1::1/32"}, {"2001:db8:2::1/32"}},
       "2001:db8:2::9",
       "2001:db8:1::1"},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      std::vector<SourceCandidate> candidates;
      for (const Own& own : row.own) candidates.push_back({prefix(own.address), own.outgoing});
      const auto chosen = choose_source(candidates, ip(row.target));
      BOOST_REQUIRE(chosen);
      BOOST_TEST(chosen->to_string() == row.chosen);
    }
  }
  BOOST_TEST(!choose_source({}, ip("2001:db8::1")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
