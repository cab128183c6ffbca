// operator new that counts. Apart from its users, so that the compiler does not see through it.
#include "tests/support/allocations.hh"

#include <cstdlib>
#include <new>

namespace {
size_t count = 0;
}

size_t lvslab::test::allocations() {
  return count;
}

void* operator new(size_t size) {
  ++count;
  if (void* at = std::malloc(size)) return at;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++count;
  return std::malloc(size);
}
void operator delete(void* at) noexcept {
  std::free(at);
}
void operator delete(void* at, size_t) noexcept {
  std::free(at);
}
