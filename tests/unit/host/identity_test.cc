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

BOOST_AUTO_TEST_CASE(a_connection_stays_open_if_it_is_asked_to) {
  const auto keeps = [](const std::string& fields) {
    return identity_request_keeps_open("GET / HTTP/1.0\r\n" + fields + "\r\n");
  };
  BOOST_TEST(keeps("Connection: keep-alive\r\n"));
  BOOST_TEST(keeps("Host: x\r\nconnection:keep-alive\r\nAccept: *\r\n"));
  BOOST_TEST(!keeps(""));
  BOOST_TEST(!keeps("Connection: close\r\n"));
  BOOST_TEST(!keeps("Connection:\r\n"));
  BOOST_TEST(!keeps("X-Connection: keep-alive\r\n"));
  BOOST_TEST(!keeps("\r\nConnection: keep-alive\r\n"), "it stands behind the blank line");
  BOOST_TEST(identity_http_reply("rs1", kPeerEnd, true).find("Connection: keep-alive\r\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reply_is_complete_with_its_last_byte) {
  const std::string whole = identity_http_reply("rs1", kPeerEnd, true);
  for (size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(!http_reply_complete(whole.substr(0, size)));
  BOOST_TEST(http_reply_complete(whole));
  BOOST_TEST(http_reply_complete("HTTP/1.1 200 OK\r\ncontent-length:  0\r\n\r\n"));
  for (const char* length : {"", "Content-Length: many\r\n", "Content-Length:\r\n",
                             "Content-Length: 99999999999999999999999\r\n"})
    BOOST_TEST(!http_reply_complete("HTTP/1.1 200 OK\r\n" + std::string(length) + "\r\nx"), length);
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
