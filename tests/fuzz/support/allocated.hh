#pragma once
// How much memory this program has from the heap, and whether something takes ever more of it.

#include <cstddef>
#include <functional>

namespace lvslab::fuzz {

// Bytes, freed ones not among them. AddressSanitizer's word where there is one; else what operator
// new gave, which this file replaces then.
size_t allocated_bytes();

// Does it again and again, `rounds` times at most, until it leaves no more memory behind than it
// found: tables and pools that grow warm do so within a few rounds, what is lost is lost in each.
// How many bytes the last round left; 0: it came to rest.
size_t bytes_lost(const std::function<void()>& again, int rounds = 5);

}  // namespace lvslab::fuzz
