// The command's verbs, exit codes and messages, as a person or a script meets them.

#include <unistd.h>

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A lab that is up for the life of this object.
class LabUp {
 public:
  explicit LabUp(const std::string& file, std::string name) : name_(std::move(name)) {
    outcome = run({program(), "up", file});
  }
  ~LabUp() { run({program(), "down", name_}); }
  LabUp(const LabUp&) = delete;
  LabUp& operator=(const LabUp&) = delete;
  Outcome outcome;

 private:
  std::string name_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(help_of_every_verb_has_an_example) {
  for (const char* verb :
       {"run", "test", "up", "down", "exec", "ipvsadm", "inspect", "graph", "validate", "doctor"}) {
    const auto help = run({program(), verb, "--help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(has(help.out, "Example"), verb << " --help has no example");
    BOOST_TEST(has(help.out, std::string("lvslab ") + verb), verb);
  }
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_2_and_says_what_would_be_right) {
  BOOST_TEST(run({program()}).status == 2);
  BOOST_TEST(run({program(), "runn"}).status == 2);
  BOOST_TEST(run({program(), "run", "--seeed", "1"}).status == 2);
  BOOST_TEST(run({program(), "run", "--on", "mars", "x.yaml"}).status == 2);
  const ScratchDirectory empty;
  How there;
  there.directory = empty.path("");
  const auto none = run({program(), "run"}, there);
  BOOST_TEST(none.status == 2);
  BOOST_TEST(has(none.err, "no lab file given"), none.err);
  const auto missing = run({program(), "run", "/no/such.yaml"});
  BOOST_TEST(missing.status == 2);
  BOOST_TEST(has(missing.out + missing.err, "/no/such.yaml"));
}

BOOST_AUTO_TEST_CASE(a_wrong_file_is_2_with_its_place) {
  const ScratchDirectory scratch;
  const auto file = scratch.file("lab.yaml", "name: lab\nnetworks: {lan: 10.0.0.0/24}\nhots: {}\n");
  for (const char* verb : {"validate", "run"}) {
    const auto outcome = run({program(), verb, file});
    BOOST_TEST(outcome.status == 2);
    BOOST_TEST(has(outcome.out + outcome.err, "lab.yaml:3:1"), outcome.out << outcome.err);
    BOOST_TEST(has(outcome.out + outcome.err, "hosts"), "the nearest known key");
  }
  // The only file here is found by itself; - is standard input.
  How there;
  there.directory = scratch.path("");
  BOOST_TEST(has(run({program(), "validate"}, there).err, "lab.yaml:3:1"));
  How input;
  input.input = read_file(source("topologies/dr.yaml"));
  BOOST_TEST(run({program(), "validate", "-"}, input).status == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_run_here_is_3_and_names_the_capability) {
  const auto outcome = run_lab(source("topologies/nat-ftp.yaml"), {"--on", "sim"});
  BOOST_TEST(outcome.outcome.status == 3);
  const auto problem = outcome.result["problem"].get<std::string>();
  BOOST_TEST(has(problem, "rs1: a program in memory"), problem);
  BOOST_TEST(has(problem, "--on netns"), problem);
}

BOOST_AUTO_TEST_CASE(graph_draws_without_building) {
  const auto file = source("topologies/dr.yaml");
  BOOST_TEST(has(run({program(), "graph", file}).out, "director"));
  BOOST_TEST(run({program(), "graph", file, "--format", "mermaid"}).out.starts_with("flowchart"));
  BOOST_TEST(has(run({program(), "graph", file, "--format", "dot"}).out, "graph"));
}

BOOST_AUTO_TEST_CASE(reports_for_ci, *utf::precondition(labs_run_here)) {
  const ScratchDirectory scratch;
  const auto outcome = run({program(), "run", source("topologies/nat.yaml"), "--tap", "--junit",
                            scratch.path("nat.xml"), "--json", scratch.path("nat.json")});
  BOOST_TEST(outcome.status == 0, outcome.out << outcome.err);
  BOOST_TEST(outcome.out.starts_with("TAP version 13"));
  BOOST_TEST(has(read_file(scratch.path("nat.xml")), "<testsuite"));
  const auto json = nlohmann::json::parse(read_file(scratch.path("nat.json")));
  BOOST_TEST(json["labs"][0]["status"] == "passed");
}

BOOST_AUTO_TEST_CASE(no_escapes_where_there_is_no_terminal, *utf::precondition(labs_run_here)) {
  BOOST_TEST(!has(run({program(), "run", source("topologies/dr.yaml")}).out, "\033"));
}

BOOST_AUTO_TEST_CASE(a_lab_that_stays_up, *utf::precondition(labs_run_here)) {
  const LabUp lab(source("topologies/tun.yaml"), "tun");
  BOOST_REQUIRE_MESSAGE(lab.outcome.status == 0, lab.outcome.err);

  const auto again = run({program(), "up", source("topologies/tun.yaml")});
  BOOST_TEST(again.status == 2);
  BOOST_TEST(has(again.err, "is up already"), again.err);

  const auto listed = run({program(), "inspect"});
  BOOST_TEST(has(listed.out, "director"), listed.out);
  BOOST_TEST(has(listed.out, "Tunnel"), listed.out);

  // A program in the client's namespace sees the client's interfaces, and reaches the VIP.
  const auto links = run({program(), "exec", "tun", "client", "--", "ip", "-brief", "address"});
  BOOST_TEST(links.status == 0);
  BOOST_TEST(has(links.out, "192.168.43.69"), links.out);
  const auto fetched =
      run({program(), "exec", "tun", "client", "--", "bash", "-c",
           "exec 3<>/dev/tcp/192.168.43.100/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' "
           ">&3; cat <&3"});
  BOOST_TEST(has(fetched.out, "server=rs"), fetched.out << fetched.err);
  BOOST_TEST(run({program(), "exec", "tun", "client", "--", "sh", "-c", "exit 7"}).status == 7);

  const auto inside = run({program(), "exec", "tun", "director", "--", "true"});
  BOOST_TEST(inside.status == 2);
  BOOST_TEST(has(inside.err, "embedded"), inside.err);

  const auto json = nlohmann::json::parse(run({program(), "inspect", "tun", "--json"}).out);
  BOOST_TEST(json["connections"].size() > 0U);
}

BOOST_AUTO_TEST_CASE(down_of_what_is_not_up) {
  const auto outcome = run({program(), "down", "nowhere"});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(has(outcome.err, "no lab named nowhere is up"), outcome.err);
  BOOST_TEST(run({program(), "down"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_lab_from_start_to_end_without_its_file, *utf::precondition(labs_run_here)) {
  const ScratchDirectory scratch;
  const auto file = scratch.file("mine.yaml", read_file(source("topologies/nat.yaml")));
  BOOST_TEST(run({program(), "up", file}).status == 0);
  ::unlink(file.c_str());
  BOOST_TEST(run({program(), "down", "--all"}).status == 0);
  BOOST_TEST(has(run({program(), "inspect"}).out, "no lab is up"));
}

// An ordinary user with a /dev/net/tun that may be opened runs the same lab, as root of a user
// namespace. Here the device's mode is changed on a copy, in a mount namespace of the test.
BOOST_AUTO_TEST_CASE(an_ordinary_user, *utf::precondition(labs_run_here)) {
  if (geteuid() != 0) return;  // then every other test was that user's
  const std::string as_nobody =
      "mount -t tmpfs tmpfs /mnt && mknod -m 666 /mnt/tun c 10 200 && "
      "mount --bind /mnt/tun /dev/net/tun && exec setpriv --reuid 65534 --regid 65534 "
      "--clear-groups " +
      program() + " run " + source("topologies/dr.yaml");
  const auto allowed = run({"unshare", "--mount", "sh", "-c", as_nobody});
  BOOST_TEST(allowed.status == 0, allowed.out << allowed.err);

  const std::string denied_tun =
      "mount -t tmpfs tmpfs /mnt && mknod -m 600 /mnt/tun c 10 200 && "
      "mount --bind /mnt/tun /dev/net/tun && exec setpriv --reuid 65534 --regid 65534 "
      "--clear-groups " +
      program() + " run " + source("topologies/dr.yaml") + " --on netns";
  const auto denied = run({"unshare", "--mount", "sh", "-c", denied_tun});
  BOOST_TEST(denied.status == 3, denied.out << denied.err);
  BOOST_TEST(has(denied.out + denied.err, "/dev/net/tun"), denied.out << denied.err);
}
