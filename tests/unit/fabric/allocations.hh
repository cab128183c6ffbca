#pragma once
// How often this program has called operator new so far.

#include <cstddef>

namespace lvslab::fabric::test {
size_t allocations();
}
