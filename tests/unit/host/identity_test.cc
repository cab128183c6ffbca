#include "emulator/host/identity.hh"

#include <boost/test/unit_test.hpp>

namespace lvslab::host::test {

namespace {
const wire::Endpoint kPeerEnd = *wire::Endpoint::parse("192.0.2.69:40000");
}

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(http_form_exactly) {
  BOOST_TEST(identity_reply("rs1", kPeerEnd, "GET / HTTP/1.0\r\nHost: x\r\n\r\n") ==
             "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 33\r\n"
             "Server: lvslab\r\nConnection: close\r\n\r\nserver=rs1 peer=192.0.2.69:40000\n");
}

BOOST_AUTO_TEST_CASE(datagram_form_gives_the_request_back) {
  BOOST_TEST(identity_reply("rs1", kPeerEnd, "hello") == "server=rs1 peer=192.0.2.69:40000\nhello");
  BOOST_TEST(identity_datagram_reply("rs1", kPeerEnd, "") == "server=rs1 peer=192.0.2.69:40000\n");
}

BOOST_AUTO_TEST_CASE(a_request_is_complete_with_its_blank_line) {
  BOOST_TEST(identity_request_complete("GET / HTTP/1.0\r\n\r\n"));
  BOOST_TEST(identity_request_complete("anything\r\n\r\nand more"));
  BOOST_TEST(!identity_request_complete("GET / HTTP/1.0\r\n"));
  BOOST_TEST(!identity_request_complete(""));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  for (const char* end : {"192.0.2.69:40000", "[2001:db8::69]:1"}) {
    const auto peer = *wire::Endpoint::parse(end);
    const Identity expected{"rs-2", peer};
    BOOST_TEST((read_identity(identity_http_reply("rs-2", peer)) == expected));
    BOOST_TEST(
        (read_identity(identity_datagram_reply("rs-2", peer, "x=1\nserver=no")) == expected));
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_an_identity) {
  for (const char* reply :
       {"", "server=rs1", "server=rs1 peer=192.0.2.69:40000", "server=rs1 peer=here\n",
        "peer=192.0.2.69:1 server=a\n", "HTTP/1.0 200 OK\r\nserver=rs1 peer=192.0.2.69:1\n",
        "HTTP/1.0 404 Not Found\r\n\r\nnothing here\n"})
    BOOST_TEST(!read_identity(reply).has_value(), reply);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
