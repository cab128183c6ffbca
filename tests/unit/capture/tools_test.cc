// The tools that people use must read the file: names, comments, directions, times.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "emulator/capture/reader.hh"
#include "emulator/capture/writer.hh"
#include "tests/unit/capture/sample.hh"

namespace lvslab::capture {
namespace {

// What a shell command prints on standard output; nothing when it fails.
std::optional<std::string> output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  for (int c = ::fgetc(pipe); c != EOF; c = ::fgetc(pipe)) output += static_cast<char>(c);
  if (::pclose(pipe) != 0) return std::nullopt;
  return output;
}

bool has(const std::string& program) {
  if (output_of("command -v " + program)) return true;
  BOOST_TEST_MESSAGE("skipped: " << program << " is not installed");
  return false;
}

struct Capture {
  Capture() {
    std::string name =
        (std::filesystem::temp_directory_path() / "lvslab-tools-XXXXXX.pcapng").string();
    const int fd = ::mkstemps(name.data(), 7);
    BOOST_REQUIRE(fd >= 0);
    ::close(fd);
    path = name;
  }
  ~Capture() { std::filesystem::remove(path); }
  std::string path;
};

BOOST_AUTO_TEST_SUITE(capture_tools)

BOOST_AUTO_TEST_CASE(tshark_shows_names_directions_times_and_comments) {
  if (!has("tshark")) return;
  const Capture capture;
  write_file(capture.path, sample::arp_seen_twice());
  const auto found = output_of(
      "tshark -r " + capture.path +
      " -T fields -E separator='|' -e frame.interface_name -e frame.packet_flags_direction"
      " -e frame.time_relative -e frame.time_epoch -e frame.comment -e arp.dst.proto_ipv4 2>&1"
      " | grep -v '^Running as user' | sed 's/0x0*//'");  // some versions print flags in hex
  BOOST_TEST(found.value_or("tshark failed") ==
             "router:eth1|2|0.000000000|1.000000007||192.0.2.80\n"
             "director:eth0|1|0.000020002|1.000020009|answered: 192.0.2.80 is a virtual address|"
             "192.0.2.80\n");
}

BOOST_AUTO_TEST_CASE(tshark_has_nothing_to_complain_about) {
  if (!has("tshark")) return;
  const Capture capture;
  auto evidence = sample::arp_seen_twice();
  evidence.lost = 3;
  FileInfo info;
  info.comment = "dr on netns, seed 1";
  write_file(capture.path, evidence, info);
  const auto complaints = output_of("tshark -r " + capture.path +
                                    " -Y _ws.malformed 2>&1 | grep -v '^Running as user'; true");
  BOOST_TEST(complaints.value_or("tshark failed") == "");
}

BOOST_AUTO_TEST_CASE(tcpdump_reads_every_frame) {
  if (!has("tcpdump")) return;
  const Capture capture;
  write_file(capture.path, sample::arp_seen_twice());
  const auto found = output_of("tcpdump --nano -tt -nr " + capture.path + " 2>/dev/null");
  BOOST_TEST(found.value_or("tcpdump failed") ==
             "1.000000007 ARP, Request who-has 192.0.2.80 tell 192.0.2.1, length 28\n"
             "1.000020009 ARP, Request who-has 192.0.2.80 tell 192.0.2.1, length 28\n");
}

BOOST_AUTO_TEST_CASE(what_editcap_wrote_is_read_as_what_we_wrote) {
  if (!has("editcap")) return;
  const Capture capture, copied;
  const auto evidence = sample::arp_seen_twice();
  write_file(capture.path, evidence);
  BOOST_REQUIRE(output_of("editcap " + capture.path + " " + copied.path));
  const auto found = read_pcapng(copied.path);
  BOOST_TEST((found.ports == evidence.ports));
  BOOST_REQUIRE_EQUAL(found.sightings.size(), 2);
  for (size_t i = 0; i < 2; ++i)
    BOOST_TEST(sample::same(found.sightings[i], evidence.sightings[i]));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::capture
