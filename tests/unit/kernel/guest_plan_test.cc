#include "emulator/kernel/guest_plan.hh"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace lvslab::kernel::test {

BOOST_AUTO_TEST_SUITE(kernel_guest_plan)

BOOST_AUTO_TEST_CASE(a_plan_comes_back_as_it_was) {
  GuestPlan plan;
  plan.directory = "/a b";
  plan.module_directory = "/modules";
  plan.modules = {"veth", ""};
  plan.argv = {"sh", "-c", "two\nlines"};
  plan.environment = {"A=1"};
  plan.input = std::string("any\0bytes\n", 10);
  const auto text = to_text(plan);
  const auto back = plan_of(text);
  BOOST_TEST(back.directory == plan.directory);
  BOOST_TEST(back.module_directory == plan.module_directory);
  BOOST_CHECK(back.modules == plan.modules);
  BOOST_CHECK(back.writable == plan.writable);
  BOOST_CHECK(back.argv == plan.argv);
  BOOST_CHECK(back.environment == plan.environment);
  BOOST_TEST(back.input == plan.input);
  // Cut anywhere before the input, it is no plan.
  for (size_t size = 0; size < text.size() - plan.input.size(); ++size)
    BOOST_CHECK_THROW(plan_of(std::string_view(text).substr(0, size)), std::exception);
}

BOOST_AUTO_TEST_CASE(frames_come_whole_however_they_are_cut) {
  const std::string stream = encode(FrameKind::up, "") +
                             encode(FrameKind::output, std::string("\0o\xff", 3)) +
                             encode(FrameKind::ended, "42");
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader;
    std::vector<GuestFrame> frames;
    GuestFrame frame;
    for (const auto& part : {stream.substr(0, cut), stream.substr(cut)}) {
      reader.take(part);
      while (reader.next(frame)) frames.push_back(frame);
    }
    BOOST_REQUIRE(frames.size() == 3);
    BOOST_CHECK(frames[1].kind == FrameKind::output);
    BOOST_TEST(frames[1].text.size() == 3U);
    BOOST_TEST(frames[2].text == "42");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_frame_is_refused) {
  GuestFrame frame;
  FrameReader words, large;
  words.take("Kernel panic");
  BOOST_CHECK_THROW(words.next(frame), std::runtime_error);
  large.take(std::string("o\x7f\xff\xff\xff", 5));
  BOOST_CHECK_THROW(large.next(frame), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::kernel::test
