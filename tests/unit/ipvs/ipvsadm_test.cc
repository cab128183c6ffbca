// The whole program: what it prints, what it changes and how it exits; scripts of -R.

#include "emulator/ipvs/ipvsadm.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/ipvs/language.hh"

using namespace lvslab::ipvs;

namespace {

// Writes commands down; refuses what it is told to.
class Log : public Rules {
 public:
  void apply(const Command& command) override {
    if (print(command) == refuse) throw Refused("No such service");
    commands += print(command) + "\n";
    if (const auto* service = std::get_if<AddService>(&command))
      services_.push_back({service->service, {}, {}, {}});
  }
  std::vector<ServiceStatus> services() const override { return services_; }
  std::vector<ConnectionStatus> connections() const override { return {}; }
  TimeoutStatus timeouts() const override { return {}; }
  DaemonStatus daemons() const override { return {}; }

  std::string refuse, commands;

 private:
  std::vector<ServiceStatus> services_;
};

Outcome restore(Log& log, const std::string& script) {
  return ipvsadm({"-R"}, script, log);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(a_refusal_of_the_director_is_255) {
  Log log;
  log.refuse = "-D -t 192.0.2.1:80";
  const auto outcome = ipvsadm({"-D", "-t", "192.0.2.1:80"}, "", log);
  BOOST_TEST(outcome.status == 255);
  BOOST_TEST(outcome.err == "No such service\n");
  BOOST_TEST(outcome.out.empty());
}

BOOST_AUTO_TEST_CASE(a_listing_of_no_service_is_1) {
  Log log;
  const auto outcome = ipvsadm({"-L", "-f", "5"}, "", log);
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err == "No such service\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_scheduler_is_looked_for_last) {
  Log log;
  const auto add = [&] { return ipvsadm({"-A", "-t", "192.0.2.1:80", "-s", "foo"}, "", log).err; };
  BOOST_TEST(add() == "Scheduler or persistence engine not found\n");
  BOOST_TEST(ipvsadm({"-E", "-t", "192.0.2.1:80", "-s", "foo"}, "", log).err ==
             "No such service\n");
  ipvsadm({"-A", "-t", "192.0.2.1:80"}, "", log);
  BOOST_TEST(add() == "Service already exists\n");
}

BOOST_AUTO_TEST_CASE(a_script_goes_on_after_the_directors_refusal) {
  Log log;
  log.refuse = "-D -f 1";
  const auto outcome = restore(log, "\n-C\r\n  -D -f 1\nipvsadm -A -f 2 -s rr\n");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.err == "No such service\n");
  BOOST_TEST(log.commands == "-C\n-A -f 2 -s rr\n");
  BOOST_TEST(restore(log, "-C\n-D -f 1").status == 255);
}

BOOST_AUTO_TEST_CASE(a_script_ends_at_what_is_no_rule) {
  for (const char* line : {"# a comment", "-R", "-A -f 1 -f 1", "-L -f 77"}) {
    Log log;
    const auto outcome = restore(log, std::string("-Z\n") + line + "\n-C\n");
    BOOST_TEST(outcome.status != 0, line);
    BOOST_TEST(log.commands == "-Z\n", line);
  }
  Log log;
  BOOST_TEST(restore(log, "-A -f 1 --foo\n-C\n").err == "--foo: unknown option\n");
  BOOST_TEST(log.commands == "-C\n");
}

BOOST_AUTO_TEST_CASE(a_last_line_with_two_blanks_behind_and_no_newline_is_not_seen) {
  Log log;
  BOOST_TEST(restore(log, "-C\n-A -f 1 -s rr  ").status == 0);
  BOOST_TEST(log.commands == "-C\n");
  restore(log, "-A -f 1 -s rr ");
  BOOST_TEST(log.commands == "-C\n-A -f 1 -s rr\n");
}

BOOST_AUTO_TEST_CASE(a_script_may_list_and_save) {
  Log log;
  const auto outcome = restore(log, "-A -f 1 -s rr\n-S -n\n-v\n-C\n");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out ==
             "-A -f 1 -s rr\nipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n");
}

BOOST_AUTO_TEST_CASE(input_is_read_by_restore_alone) {
  BOOST_TEST(reads_input({"-R"}));
  BOOST_TEST(reads_input({"--restore"}));
  BOOST_TEST(!reads_input({"-R", "-n"}));
  BOOST_TEST(!reads_input({"-L", "-R"}));
  BOOST_TEST(!reads_input({}));
}

BOOST_AUTO_TEST_SUITE_END()
