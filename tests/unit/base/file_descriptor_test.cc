// One owner, closed once.

#include "emulator/base/file_descriptor.hh"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <type_traits>

using lvslab::FileDescriptor;

namespace {

int fresh() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  BOOST_REQUIRE(fd >= 0);
  return fd;
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

}  // namespace

static_assert(!std::is_copy_constructible_v<FileDescriptor>);
static_assert(std::is_nothrow_move_constructible_v<FileDescriptor>);

BOOST_AUTO_TEST_SUITE(file_descriptor)

BOOST_AUTO_TEST_CASE(an_empty_one_owns_nothing) {
  FileDescriptor none;
  BOOST_TEST(!none);
  none.reset();
  BOOST_TEST(none.get() == -1);
}

BOOST_AUTO_TEST_CASE(the_destructor_closes) {
  const int fd = fresh();
  {
    const FileDescriptor owner(fd);
    BOOST_TEST(is_open(fd));
  }
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(a_move_hands_over_and_leaves_nothing_behind) {
  const int fd = fresh();
  FileDescriptor first(fd);
  FileDescriptor second(std::move(first));
  BOOST_TEST(!first);
  BOOST_TEST(second.get() == fd);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(move_assignment_closes_what_was_there) {
  const int old_fd = fresh();
  const int new_fd = fresh();
  FileDescriptor owner(old_fd);
  owner = FileDescriptor(new_fd);
  BOOST_TEST(!is_open(old_fd));
  BOOST_TEST(is_open(new_fd));
}

BOOST_AUTO_TEST_CASE(moving_onto_itself_keeps_it) {
  const int fd = fresh();
  FileDescriptor owner(fd);
  FileDescriptor& alias = owner;
  owner = std::move(alias);
  BOOST_TEST(owner.get() == fd);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(release_gives_it_up_unclosed) {
  const int fd = fresh();
  FileDescriptor owner(fd);
  BOOST_TEST(owner.release() == fd);
  BOOST_TEST(!owner);
  BOOST_TEST(is_open(fd));
  ::close(fd);
}

BOOST_AUTO_TEST_SUITE_END()
