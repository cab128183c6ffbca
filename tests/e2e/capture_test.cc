// The capture of a lab, read by the tools that people have.

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

BOOST_AUTO_TEST_CASE(tshark_and_tcpdump_read_names_and_comments,
                     *utf::precondition(labs_run_here)) {
  const ScratchDirectory scratch;
  const auto pcap = scratch.path("dr.pcapng");
  const auto lab = run_lab(source("topologies/dr.yaml"), {"--pcap", pcap});
  BOOST_TEST(lab.outcome.status == 0, lab.failures());

  const auto frames = run({"tshark", "-r", pcap, "-T", "fields", "-e", "frame.interface_name", "-e",
                           "frame.comment", "-e", "frame.number"});
  BOOST_TEST(frames.status == 0, frames.err);
  size_t lines = 0, commented = 0;
  for (size_t at = 0; at < frames.out.size(); ++lines) {
    const size_t end = frames.out.find('\n', at);
    const auto line = frames.out.substr(at, end - at);
    const auto name = line.substr(0, line.find('\t'));
    BOOST_TEST(name.find(':') != std::string::npos, line);
    commented += line.find("LVS") != std::string::npos;
    at = end + 1;
  }
  BOOST_TEST(lines == lab.result["frames"].get<size_t>());
  BOOST_TEST(commented > 0U);
  for (const char* name : {"client:eth0", "router:eth1", "director:eth0", "rs1:eth0", "rs2:eth0"})
    BOOST_TEST(frames.out.find(name) != std::string::npos, name);

  const auto dump = run({"tcpdump", "-nr", pcap});
  BOOST_TEST(dump.status == 0, dump.err);
  BOOST_TEST(dump.out.find("192.168.43.69") != std::string::npos);
}
