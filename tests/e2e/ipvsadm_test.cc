// lvslab ipvsadm: the rules of a lab that is up, as a person or a script that knows ipvsadm uses
// it.

#include <unistd.h>

#include <filesystem>

#include "tests/e2e/lab_run.hh"

using namespace lvslab::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The NAT lab, up for the whole test program.
struct NatUp {
  NatUp() { outcome = run({program(), "up", source("topologies/nat.yaml")}); }
  ~NatUp() { run({program(), "down", "nat"}); }
  Outcome outcome;
};

Outcome ipvsadm(std::vector<std::string> words, const std::string& input = "") {
  words.insert(words.begin(), {program(), "ipvsadm", "nat", "--"});
  How how;
  how.input = input;
  return run(words, how);
}

// Who answers a client's request: the text of an HTTP reply.
std::string request() {
  const char* script =
      "exec 3<>/dev/tcp/198.51.100.100/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
  return run({program(), "exec", "nat", "client", "--", "bash", "-c", script}).out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ipvsadm_of_a_lab, NatUp)

BOOST_AUTO_TEST_CASE(rules_are_listed_saved_cleared_and_restored) {
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  const auto listed = ipvsadm({"-Ln"});
  BOOST_TEST(listed.status == 0);
  BOOST_TEST(has(listed.out,
                 "IP Virtual Server version 1.2.1 (size=4096)\n"
                 "Prot LocalAddress:Port Scheduler Flags\n"
                 "  -> RemoteAddress:Port           Forward Weight ActiveConn "
                 "InActConn\n"
                 "TCP  198.51.100.100:80 rr\n"
                 "  -> 10.0.0.11:8080               Masq    1      0          0         "
                 "\n"));
  const auto saved = ipvsadm({"-S", "-n"});
  BOOST_TEST(has(saved.out,
                 "-A -t 198.51.100.100:80 -s rr\n"
                 "-a -t 198.51.100.100:80 -r 10.0.0.11:8080 -m -w 1\n"));
  BOOST_TEST(ipvsadm({"-C"}).status == 0);
  BOOST_TEST(ipvsadm({"-S", "-n"}).out == "");
  BOOST_TEST(ipvsadm({"-R"}, saved.out).status == 0);
  BOOST_TEST(ipvsadm({"-S", "-n"}).out == saved.out);
  // Names are those of the lab's hosts.
  BOOST_TEST(has(ipvsadm({"-L"}).out, "  -> rs1:http-alt                 Masq"));
}

BOOST_AUTO_TEST_CASE(rules_act_on_the_running_lab) {
  const auto weigh = [](const char* weight) {
    return ipvsadm({"-e", "-t", "198.51.100.100:80", "-r", "10.0.0.12:8080", "-m", "-w", weight});
  };
  BOOST_TEST(weigh("0").status == 0);
  for (int i = 0; i < 3; ++i) BOOST_TEST(has(request(), "rs1"));
  BOOST_TEST(has(ipvsadm({"-Lnc"}).out, " 198.51.100.100:80  10.0.0.11:8080\n"));
  // The control: with its weight back the other server answers too.
  BOOST_TEST(weigh("1").status == 0);
  const std::string both = request() + request();
  BOOST_TEST((has(both, "rs1") && has(both, "rs2")), both);
}

BOOST_AUTO_TEST_CASE(refusals_have_ipvsadms_words_and_exit_codes) {
  const auto kernel = ipvsadm({"-D", "-t", "192.0.2.99:80"});
  BOOST_TEST(kernel.status == 255);
  BOOST_TEST(kernel.err == "No such service\n");
  const auto own = ipvsadm({"-A", "-t", "192.0.2.99"});
  BOOST_TEST(own.status == 2);
  BOOST_TEST(own.err == "Zero port specified for non-persistent service\n");
  const auto none = ipvsadm({"-L", "-t", "192.0.2.99:80"});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.err == "No such service\n");
  BOOST_TEST(has(ipvsadm({"-h"}).out, "--start-daemon"));
}

BOOST_AUTO_TEST_CASE(a_script_longer_than_a_packet_goes_through) {
  std::string script;
  for (int port = 1; port <= 10000; ++port)
    script += "-A -u 192.0.2.99:" + std::to_string(port) + " -s rr\n";
  const ScratchDirectory scratch;
  const auto file = scratch.file("script", script);
  const std::string command = program() + " ipvsadm nat -- -R < " + file;
  BOOST_TEST(run({"bash", "-c", command}).status == 0);
  const auto saved = ipvsadm({"-S", "-n"}).out;
  BOOST_TEST(has(saved, "-A -u 192.0.2.99:10000 -s rr\n"));
  BOOST_TEST(saved.size() > script.size());
}

BOOST_AUTO_TEST_CASE(exec_on_the_director_runs_ipvsadm_and_nothing_else) {
  const auto listed = run({program(), "exec", "nat", "director", "--", "ipvsadm", "-Ln"});
  BOOST_TEST(listed.status == 0);
  BOOST_TEST(listed.out == ipvsadm({"-Ln"}).out);
  const auto shell = run({program(), "exec", "nat", "director", "--", "sh", "-c", "true"});
  BOOST_TEST(shell.status == 2);
  BOOST_TEST(has(shell.err, "ipvsadm alone works there"), shell.err);
}

BOOST_AUTO_TEST_CASE(a_link_named_ipvsadm_is_the_verb) {
  const ScratchDirectory scratch;
  const auto link = scratch.path("ipvsadm");
  std::filesystem::create_symlink(program(), link);
  How how;
  how.environment["LVSLAB_LAB"] = "nat";
  BOOST_TEST(run({link, "-Ln"}, how).out == ipvsadm({"-Ln"}).out);
  how.environment["LVSLAB_LAB"] = "no-such-lab";
  const auto missing = run({link, "-Ln"}, how);
  BOOST_TEST(missing.status == 2);
  BOOST_TEST(has(missing.err, "no lab named no-such-lab is up"), missing.err);
}

BOOST_AUTO_TEST_SUITE_END()
