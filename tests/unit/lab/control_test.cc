// A lab that is up is found by its name, answers who may ask, and leaves no name behind.

#include "emulator/lab/control.hh"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "emulator/base/error.hh"

using namespace lvslab;

namespace {

std::string unique_name() {
  return "control-test-" + std::to_string(getpid());
}

bool is_up(const std::string& name) {
  const auto labs = lab::running_labs();
  return std::find(labs.begin(), labs.end(), name) != labs.end();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_question_gets_its_answer_and_a_descriptor) {
  const auto name = unique_name();
  lab::ControlServer server(name);
  BOOST_TEST(is_up(name));
  std::thread lab([&] {
    auto request = server.accept();
    BOOST_REQUIRE(request.has_value());
    BOOST_TEST(request->body["verb"] == "enter");
    lab::ControlServer::answer(*request, {{"ok", true}}, {STDERR_FILENO});
  });
  lab::ControlClient client(name);
  BOOST_TEST(client.pid() == getpid());
  const auto answer = client.ask({{"verb", "enter"}});
  lab.join();
  BOOST_TEST(answer.body["ok"] == true);
  BOOST_REQUIRE(answer.descriptors.size() == 1U);
  BOOST_TEST(answer.descriptors[0].get() > STDERR_FILENO);
}

BOOST_AUTO_TEST_CASE(a_second_lab_of_the_name_says_so) {
  const auto name = unique_name();
  const lab::ControlServer server(name);
  BOOST_CHECK_EXCEPTION(lab::ControlServer again(name), UsageError, [&](const UsageError& error) {
    return error.what() == "lab " + name + " is up already; `lvslab down " + name + "` ends it";
  });
}

BOOST_AUTO_TEST_CASE(the_name_goes_with_the_lab) {
  const auto name = unique_name();
  { const lab::ControlServer server(name); }
  BOOST_TEST(!is_up(name));
  BOOST_CHECK_THROW(lab::ControlClient client(name), UsageError);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_no_object_is_ignored) {
  const auto name = unique_name();
  lab::ControlServer server(name);
  std::thread lab([&] { BOOST_TEST(!server.accept().has_value()); });
  lab::ControlClient client(name);
  BOOST_CHECK_THROW(client.ask("not an object"), SystemError);
  lab.join();
}

BOOST_AUTO_TEST_CASE(names_that_do_not_fit_are_refused) {
  BOOST_CHECK_THROW(lab::ControlServer server(std::string(200, 'x')), UsageError);
}
