#pragma once
// What the lab's clients ask of an identity service (host/identity.hh).

#include <string>

#include "emulator/wire/address.hh"

namespace lvslab::lab {

// An HTTP/1.0 request with `size` bytes of padding in a header of its own. keep_open: it asks for
// the connection to stay.
std::string http_question(const wire::Endpoint& target, size_t size, bool keep_open = false);
// A datagram of a few bytes and `size` more.
std::string datagram_question(size_t size);

}  // namespace lvslab::lab
