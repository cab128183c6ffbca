#pragma once
// How often this program has called operator new so far.

#include <cstddef>

namespace lvslab::test {
size_t allocations();
}
