// main() of every test program.
#define BOOST_TEST_MODULE lvslab
#include <boost/test/unit_test.hpp>
