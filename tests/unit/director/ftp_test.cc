// What the FTP helper takes and leaves, and the sequence numbers of what it resized. Cases and
// numbers are what Linux 6.1 did with the same segments: 203.0.113.5, or 198.51.100.111:PORT with
// its client port still unknown, stood in its connection table then.

#include "emulator/director/ftp.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/director/sequence_shift.hh"
#include "tests/unit/director/packets.hh"

namespace lvslab::director::test {
namespace {

Packet text(const std::string& from) {
  return {from.begin(), from.end()};
}

// The client's announcement, "" if none.
std::string announced(const std::string& command, ipvs::Family family = ipvs::Family::v4) {
  const auto request = ftp_request(text(command), family);
  return request && request->data_end ? request->data_end->to_string() : "";
}

// The reply as the client gets it; "" if the helper lets it be.
std::string rewritten(const std::string& reply, FtpMode mode) {
  const auto found = ftp_reply(text(reply), mode, address("198.51.100.111"));
  if (!found) return "";
  const FtpWords words(mode, {address("192.0.2.9"), found->data_end.port});
  std::string result = reply;
  return found->data_end.to_string() + " " +
         result.replace(found->begin, found->end - found->begin, words.view());
}

struct Case {
  const char* said;
  const char* expected;
};

BOOST_AUTO_TEST_CASE(port_and_eprt) {
  const Case cases[] = {
      {"PORT 203,0,113,5,8,1\r\n", "203.0.113.5:2049"},
      {"port 203,0,113,5,8,1\r\n", "203.0.113.5:2049"},
      {"PORT 203,0,113,5,8,1", ""},  // nothing ends the number
      {"PORT203,0,113,5,8,1\r\n", "203.0.113.5:2049"},
      {"PORT  203,0,113,5,8,1\r\n", "203.0.113.5:2049"},
      {"PORTabc203,0,113,5,8,1\r\n", "203.0.113.5:2049"},
      {"PORT abc203,0,113,5,8,1\r\n", ""},
      {" PORT 203,0,113,5,8,1\r\n", ""},
      {"PORT 203,0,113,5,8,1,7\r\n", "203.0.113.5:2049"},
      {"PORT 203,0,113,300,8,1\r\n", "203.0.113.44:2049"},  // modulo 256
      {"PORT 203,0,113,5,8\r\n", ""},
      {"PORT 203,0,113,5,8,1z", "203.0.113.5:2049"},
      {"PORT 203,0,113,005,8,1\r\n", "203.0.113.5:2049"},
      {"PORT 203,0,113, 5,8,1\r\n", ""},
      {"PORT 203,0,113,5,8,1\r\nEPSV 2\r\n", ""},  // EPSV is looked for first
      {"EPRT |1|203.0.113.5|2049|\r\n", "203.0.113.5:2049"},
      {"eprt |1|203.0.113.5|2049|", "203.0.113.5:2049"},
      {"EPRT !1!203.0.113.5!2049!\r\n", "203.0.113.5:2049"},
      {"EPRT |2|203.0.113.5|2049|\r\n", ""},
      {"EPRT |1|203.0.113.5|2049\r\n", ""},
      {"EPRT|1|203.0.113.5|2049|\r\n", ""},  // a blank is wanted
      {"EPRT  |1|203.0.113.5|2049|\r\n", "203.0.113.5:2049"},
      {"EPRT x |1|203.0.113.5|2049|\r\n", ""},
      {"EPRT |||2049|\r\n", ""},
      {"EPRT |1|203.0.113.0000005|02049|\r\n", "203.0.113.5:2049"},
      {"EPRT |1|203.0.113.256|2049|\r\n", ""},
      {"EPRT |1|203.0.113|2049|\r\n", ""},
      {"EPRT |1|203.0.113.5.|2049|\r\n", ""},
      {"EPRT .1.203.0.113.5.2049.\r\n", ""},
      {"EPRT a1a203.0.113.5a2049a\r\n", "203.0.113.5:2049"},
      {"EPRT |1|203.0.113.5|0|\r\n", ""},
      {"EPRT |1|203.0.113.5|65535|\r\n", "203.0.113.5:65535"},
      {"EPRT |1|203.0.113.5|65536|\r\n", ""},  // modulo 2^16 it is 0
  };
  for (const Case& c : cases)
    BOOST_TEST_CONTEXT(c.said) BOOST_TEST(announced(c.said) == c.expected);
  BOOST_TEST(announced("EPRT |2|2001:db8::5|2049|\r\n", ipvs::Family::v6) == "[2001:db8::5]:2049");
  BOOST_TEST(announced("EPRT |1|203.0.113.5|2049|\r\n", ipvs::Family::v6) == "");
  BOOST_TEST(announced("PORT 203,0,113,5,8,1\r\n", ipvs::Family::v6) == "");
}

BOOST_AUTO_TEST_CASE(pasv_and_epsv) {
  const auto mode = [](const char* command, ipvs::Family family = ipvs::Family::v4) {
    const auto request = ftp_request(text(command), family);
    return !request                                     ? "-"
           : request->mode == FtpMode::passive          ? "PASV"
           : request->mode == FtpMode::extended_passive ? "EPSV"
                                                        : "active";
  };
  const Case cases[] = {
      {"pasv\r\n", "PASV"},
      {"xPASV\r\n", "PASV"},
      {"PASV\n", "-"},
      {"PASV \r\n", "-"},
      {"NOOP\r\nPaSv\r\n", "PASV"},
      {"PASV\r\nPORT 1,2,3,4,5,6\r\n", "PASV"},
      {"PASV\r", "-"},
      {"EPSV\r\n", "EPSV"},
      {"EPSV 1\r\n", "EPSV"},
      {"EPSV 1\r", "EPSV"},
      {"EPSV 2\r\n", "-"},
      {"EPSV ALL\r\n", "-"},
      {"EPSV\r", "-"},
      {"EPSV\rx", "EPSV"},
      {"xxEPSV 1\r\n", "EPSV"},
      {"PORT 1,2,3,4,5,6\r\n", "active"},
      {"", "-"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.said) BOOST_TEST(mode(c.said) == c.expected);
  BOOST_TEST(mode("EPSV 2\r\n", ipvs::Family::v6) == "EPSV");
  BOOST_TEST(mode("PASV\r\n", ipvs::Family::v6) == "-");
}

BOOST_AUTO_TEST_CASE(replies) {
  const Case passive[] = {
      {"227 Entering Passive Mode (198,51,100,111,4,1).\r\n",
       "198.51.100.111:1025 227 Entering Passive Mode (192,0,2,9,4,1).\r\n"},
      {"227 x 198,51,100,111,4,1\r\n", "198.51.100.111:1025 227 x 192,0,2,9,4,1\r\n"},
      {"227 (198,51,100,111,4,1", ""},
      {"227 (198,51,100,111,4,1)", "198.51.100.111:1025 227 (192,0,2,9,4,1)"},
      {"227 2 (198,51,100,111,4,1)\r\n", ""},
      {"227 ((198,51,100,111,4,1)\r\n", "198.51.100.111:1025 227 ((192,0,2,9,4,1)\r\n"},
      {"227 ( 198,51,100,111,4,1)\r\n", ""},
      {"227-(198,51,100,111,4,1)\r\n", ""},
      {"226 x\r\n227 (198,51,100,111,4,1)\r\n", ""},
      {"227 (198,51,100,256,4,1)\r\n", "198.51.100.0:1025 227 (192,0,2,9,4,1)\r\n"},
      {"227 (198,51,100,111,4,1,9)\r\n", "198.51.100.111:1025 227 (192,0,2,9,4,1,9)\r\n"},
      {"227 =198,51,100,7,4,1 \r\n", "198.51.100.7:1025 227 =192,0,2,9,4,1 \r\n"},
      {"229 (|||1025|)\r\n", ""},  // not what was asked for
  };
  for (const Case& c : passive)
    BOOST_TEST_CONTEXT(c.said) BOOST_TEST(rewritten(c.said, FtpMode::passive) == c.expected);
  const Case extended[] = {
      {"229 Entering (|||1025|)\r\n", "198.51.100.111:1025 229 Entering (|||1025|)\r\n"},
      {"229 (|1|198.51.100.8|1025|)\r\n", "198.51.100.8:1025 229 (|||1025|)\r\n"},
      {"229 (|2|::1|1025|)\r\n", ""},
      {"229 ((|||1025|)\r\n", "198.51.100.111:1025 229 ((|||1025|)\r\n"},
      {"229 |||1025|\r\n", ""},
      {"229 (!!!1025!", "198.51.100.111:1025 229 (|||1025|"},
      {"229 (!!!1025", ""},
      {"229 (|||01025|)", "198.51.100.111:1025 229 (|||1025|)"},
      {"229 (|||620226|)", "198.51.100.111:30402 229 (|||30402|)"},  // modulo 2^16
      {"229 (||1|1025|)", ""},
      {"229 (||| 1025|)", ""},
      {"229 x(|||1025|)", "198.51.100.111:1025 229 x(|||1025|)"},
      {"229-(|||1025|)", ""},
      {"227 (198,51,100,111,4,1)\r\n", ""},
  };
  for (const Case& c : extended) BOOST_TEST_CONTEXT(c.said)
  BOOST_TEST(rewritten(c.said, FtpMode::extended_passive) == c.expected);
  BOOST_TEST(rewritten("227 (198,51,100,111,4,1)\r\n", FtpMode::active) == "");
  BOOST_TEST(FtpWords(FtpMode::passive, end("255.255.255.255:65535")).view() ==
             "255,255,255,255,255,255");
}

// Every beginning of a good line, in memory of exactly its size, for the sanitizers to watch.
BOOST_AUTO_TEST_CASE(cut_anywhere) {
  for (const std::string line :
       {"PORT 203,0,113,5,8,1\r\n", "EPRT |1|203.0.113.5|2049|\r\n", "EPSV 1\r\n", "PASV\r\n",
        "227 E (198,51,100,111,4,1)\r\n", "229 E (|1|198.51.100.8|1025|)\r\n"})
    for (size_t size = 0; size <= line.size(); ++size) {
      Packet part = text(line.substr(0, size));
      part.shrink_to_fit();
      for (const auto family : {ipvs::Family::v4, ipvs::Family::v6}) ftp_request(part, family);
      for (const auto mode : {FtpMode::passive, FtpMode::extended_passive}) {
        const auto reply = ftp_reply(part, mode, address("198.51.100.111"));
        BOOST_TEST((!reply || (reply->begin < reply->end && reply->end <= size)));
      }
    }
}

BOOST_AUTO_TEST_CASE(payload_of_a_segment) {
  Packet segment(40, 'x');
  segment[12] = 0x60;  // 24 bytes of header
  BOOST_TEST(ftp_payload(segment).size() == 16U);
  segment[12] = 0x40;
  BOOST_TEST(ftp_payload(segment).empty());
  segment[12] = 0xb0;
  BOOST_TEST(ftp_payload(segment).empty());
  BOOST_TEST(ftp_payload(Bytes(segment).first(19)).empty());
}

BOOST_AUTO_TEST_CASE(shifted_sequence_numbers) {
  // A reply of 49 bytes at 9001 became one of 44; a second one at 9050 too.
  SequenceShift shift;
  BOOST_TEST(shift.none());
  BOOST_TEST(shift.sequence(9001) == 9001U);
  shift.resized(9001, -5);
  BOOST_TEST(shift.sequence(9001) == 9001U);
  BOOST_TEST(shift.sequence(9050) == 9045U);
  BOOST_TEST(shift.acknowledgment(8998) == 8998U);
  BOOST_TEST(shift.acknowledgment(9001) == 9001U);
  BOOST_TEST(shift.acknowledgment(9002) == 9007U);
  BOOST_TEST(shift.acknowledgment(9045) == 9050U);
  shift.resized(9001, -5);  // again: nothing new
  BOOST_TEST(shift.sequence(9050) == 9045U);
  shift.resized(9050, -5);
  BOOST_TEST(shift.sequence(9050) == 9045U);
  BOOST_TEST(shift.sequence(9099) == 9089U);
  BOOST_TEST(shift.sequence(9001) == 8996U);  // two distances are kept, no more
  BOOST_TEST(shift.acknowledgment(9001) == 9006U);
  BOOST_TEST(shift.acknowledgment(9045) == 9050U);
  BOOST_TEST(shift.acknowledgment(9046) == 9056U);
  BOOST_TEST(shift.acknowledgment(9089) == 9099U);

  // Around the end of the number space, and growing.
  SequenceShift late;
  late.resized(0xfffffff0, 3);
  BOOST_TEST(late.sequence(0xfffffff0) == 0xfffffff0U);
  BOOST_TEST(late.sequence(0x10) == 0x13U);
  BOOST_TEST(late.acknowledgment(0x13) == 0x10U);
  BOOST_TEST(late.acknowledgment(0xfffffff0) == 0xfffffff0U);
}

}  // namespace
}  // namespace lvslab::director::test
