// What a lab's ipvsadm needs on its way: texts of any length between processes, and names.

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "emulator/base/error.hh"
#include "emulator/lab/control.hh"
#include "emulator/lab/ipvsadm.hh"
#include "emulator/lab/memory_file.hh"
#include "emulator/lab/names.hh"

using namespace lvslab;

BOOST_AUTO_TEST_CASE(a_memory_file_holds_what_was_written) {
  for (const size_t size : {0U, 1U, 5'000'000U}) {
    std::string text(size, 'x');
    if (size > 0) text.back() = '\0';
    const auto file = lab::memory_file(text);
    BOOST_TEST((lab::text_in(file) == text));
    BOOST_TEST((lab::text_in(file) == text), "a second time");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const FileDescriptor read(ends[0]), write(ends[1]);
  BOOST_CHECK_THROW(lab::text_in(read), SystemError);
}

BOOST_AUTO_TEST_CASE(a_question_carries_a_descriptor) {
  const std::string name = "ipvsadm-test-" + std::to_string(getpid());
  lab::ControlServer server(name);
  std::thread lab([&] {
    auto request = server.accept();
    BOOST_REQUIRE(request.has_value());
    BOOST_REQUIRE(request->descriptors.size() == 1U);
    lab::ControlServer::answer(*request, {{"text", lab::text_in(request->descriptors[0])}});
  });
  lab::ControlClient client(name);
  const auto file = lab::memory_file("-C\n");
  const auto answer = client.ask({{"verb", "ipvsadm"}}, {file.get()});
  lab.join();
  BOOST_TEST(answer.body["text"] == "-C\n");
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_hosts_file) {
  const lab::LabNames names(
      "192.0.2.10 www.example.net www # the service\n"
      "198.51.100.1 rs1\n"
      "198.51.100.2 rs1\n"
      "2001:db8::1 six\n");
  BOOST_TEST(names.address_of("www")->to_string() == "192.0.2.10");
  BOOST_TEST(names.address_of("rs1")->to_string() == "198.51.100.1");
  BOOST_TEST(!names.address_of("six").has_value(), "IPv4 only");
  BOOST_TEST(!names.address_of("service").has_value());
  BOOST_TEST(*names.host_of(*ipvs::IpAddress::parse("192.0.2.10")) == "www.example.net");
  BOOST_TEST(*names.host_of(*ipvs::IpAddress::parse("2001:db8::1")) == "six");
  BOOST_TEST(!names.host_of(*ipvs::IpAddress::parse("192.0.2.11")).has_value());
  // services(5) is there with Debian's netbase.
  BOOST_TEST(names.port_of("http", 6).value_or(0) == 80);
  BOOST_TEST(*names.service_of(53, 17) == "domain");
  BOOST_TEST(!names.service_of(53, 0).has_value());
}

BOOST_AUTO_TEST_CASE(ipvsadm_by_any_path) {
  BOOST_TEST(lab::is_ipvsadm({"ipvsadm", "-L"}));
  BOOST_TEST(lab::is_ipvsadm({"/usr/sbin/ipvsadm"}));
  BOOST_TEST(!lab::is_ipvsadm({"ipvsadm-save"}));
  BOOST_TEST(!lab::is_ipvsadm({"sh", "ipvsadm"}));
}
