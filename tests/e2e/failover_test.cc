// Two directors: which engine each has, whose rules are listed, and what is said of a wrong name.

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

const std::string kLab = "topologies/sync-nat.yaml";

// A lab that stays up as long as this does.
class Up {
 public:
  explicit Up(std::string name) : name_(std::move(name)) {
    const auto up = run({program(), "up", source("topologies/" + name_ + ".yaml")});
    BOOST_REQUIRE_MESSAGE(up.status == 0, up.out << up.err);
  }
  ~Up() { run({program(), "down", name_}); }
  Up(const Up&) = delete;
  Up& operator=(const Up&) = delete;

  Outcome ipvsadm(const std::string& of, const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {program(), "ipvsadm", name_ + of, "--"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(argv);
  }

 private:
  std::string name_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_director_has_its_own_rules, *utf::precondition(labs_run_here)) {
  const Up lab("sync-nat");
  const auto daemon = [&](const std::string& of) {
    return lab.ipvsadm(of, {"-L", "--daemon"}).out.substr(0, 6);
  };
  BOOST_TEST(daemon("") == "master");
  BOOST_TEST(daemon(":d1") == "master");
  BOOST_TEST(daemon(":d2") == "backup");
  BOOST_TEST(lab.ipvsadm(":d2", {"-C"}).status == 0);
  BOOST_TEST(lab.ipvsadm(":d1", {"-S", "-n"}).out.find("10.0.0.11") != std::string::npos);
  BOOST_TEST(lab.ipvsadm(":d2", {"-S", "-n"}).out == "");
  const auto inside = run({program(), "exec", "sync-nat", "d2", "--", "ipvsadm", "-L", "--daemon"});
  BOOST_TEST(inside.out.starts_with("backup"));
  const auto nobody = lab.ipvsadm(":d3", {"-L"});
  BOOST_TEST(nobody.status == 2);
  BOOST_TEST(nobody.err.find("no director named d3") != std::string::npos, nobody.err);
  const auto listed =
      nlohmann::json::parse(run({program(), "inspect", "sync-nat", "--json"}).out, nullptr, false);
  BOOST_REQUIRE(listed.is_object());
  BOOST_TEST(listed["director"] == "embedded");
  BOOST_TEST(listed["services"].size() == 1U);
  BOOST_TEST(listed["services"][0]["director"] == "d1");
}

BOOST_AUTO_TEST_CASE(an_engine_for_one_director, *utf::precondition(labs_run_here)) {
  const auto both = run_lab(source(kLab), {"--director", "d2=embedded,d1=embedded"});
  BOOST_TEST(both.outcome.status == 0, both.failures());
  const auto unknown = run_lab(source(kLab), {"--director", "d3=embedded"});
  BOOST_TEST(unknown.outcome.status == 2);
  BOOST_TEST(unknown.failures().find("no director has that name") != std::string::npos,
             unknown.failures());
  for (const char* wrong : {"kernel", "d1=", "=ipvs", "d1=external"})
    BOOST_TEST(run_lab(source(kLab), {"--director", wrong}).outcome.status == 2, wrong);
  // The last word of an option is not the file.
  const auto order = run({program(), "run", "--director", "embedded", source(kLab), "--tap"});
  BOOST_TEST(order.status == 0, order.out << order.err);
}
