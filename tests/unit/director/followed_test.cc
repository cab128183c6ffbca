// Connections that nf_conntrack follows, which an FTP service turns on: their server may be given
// up, but what would begin anew on them is not sent to another one.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr const char* kClient = "203.0.113.5:40000";

// A connection to a service whose server then takes no more.
struct Quiesced : Bench {
  explicit Quiesced(int port, bool conntrack = false)
      : Bench(settings_of(conntrack)), virtual_end("192.0.2.10:" + std::to_string(port)) {
    rules({("-A -t " + virtual_end + " -s rr").c_str(),
           ("-a -t " + virtual_end + " -r 198.51.100.1 -m").c_str()});
    BOOST_TEST(syn().verdict.action == Action::forward);
    rules({("-e -t " + virtual_end + " -r 198.51.100.1 -m -w 0").c_str(),
           ("-a -t " + virtual_end + " -r 198.51.100.2 -m").c_str()});
  }
  Outcome syn() { return request(tcp_packet(kClient, virtual_end, "S")); }

  static Settings settings_of(bool conntrack) {
    Settings settings;
    settings.expire_nodest_conn = true;
    settings.conntrack = conntrack;
    return settings;
  }
  std::string virtual_end;
};

BOOST_AUTO_TEST_SUITE(followed)

BOOST_AUTO_TEST_CASE(a_syn_again_is_lost_and_the_next_goes_elsewhere) {
  Quiesced ftp(21);
  const Outcome lost = ftp.syn();
  BOOST_TEST(lost.verdict.action == Action::drop);
  BOOST_TEST(lost.verdict.reason == DropReason::destination_gone);
  BOOST_TEST(!lost.verdict.answer.wanted);
  ftp.now += 1s;
  BOOST_TEST(ftp.syn().verdict.next_hop == address("198.51.100.2"));
}

BOOST_AUTO_TEST_CASE(what_is_not_followed_goes_elsewhere_at_once) {
  BOOST_TEST(Quiesced(80).syn().verdict.next_hop == address("198.51.100.2"));
  // vs.conntrack asks for it, but without an FTP service nf_conntrack is not at work.
  BOOST_TEST(Quiesced(80, true).syn().verdict.next_hop == address("198.51.100.2"));
}

BOOST_AUTO_TEST_CASE(with_conntrack_an_ftp_service_has_all_followed) {
  Quiesced web(80, true);
  web.rules({"-A -t 192.0.2.10:21 -s rr", "-a -t 192.0.2.10:21 -r 198.51.100.1 -m"});
  BOOST_TEST(web.syn().verdict.reason == DropReason::destination_gone);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::director::test
