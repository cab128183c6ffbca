#include "tests/fuzz/support/allocated.hh"

#if defined(__SANITIZE_ADDRESS__)
#define LVSLAB_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LVSLAB_ASAN 1
#endif
#endif

#ifdef LVSLAB_ASAN

// As in sanitizer/allocator_interface.h, which GCC 12 does not install.
extern "C" size_t __sanitizer_get_current_allocated_bytes();

size_t lvslab::fuzz::allocated_bytes() {
  return __sanitizer_get_current_allocated_bytes();
}

#else

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

size_t bytes = 0;

void* counted(void* at) {
  bytes += ::malloc_usable_size(at);
  return at;
}
void release(void* at) noexcept {
  bytes -= ::malloc_usable_size(at);
  std::free(at);
}

}  // namespace

size_t lvslab::fuzz::allocated_bytes() {
  return bytes;
}

void* operator new(size_t size) {
  if (void* at = std::malloc(size)) return counted(at);
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size));
}
void operator delete(void* at) noexcept {
  release(at);
}
void operator delete(void* at, size_t) noexcept {
  release(at);
}

#endif

size_t lvslab::fuzz::bytes_lost(const std::function<void()>& again, int rounds) {
  size_t lost = 0;
  for (int round = 0; round < rounds; ++round) {
    const size_t before = allocated_bytes();
    again();
    const size_t after = allocated_bytes();
    if (after <= before) return 0;
    lost = after - before;
  }
  return lost;
}
