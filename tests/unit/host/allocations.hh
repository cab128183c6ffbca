#pragma once
// How often this program has called operator new so far.

#include <cstddef>

namespace lvslab::host::test {
size_t allocations();
}
