#pragma once
// What came of a request, in the words of a scenario: kernel hosts and embedded ones tell it in
// their own.

#include "emulator/host/requests.hh"
#include "emulator/kernel/client.hh"
#include "emulator/scenario/exchange.hh"

namespace lvslab::lab {

scenario::Exchange exchange_of(const kernel::RequestResult& result, uint8_t protocol,
                               const wire::Endpoint& target);
scenario::Exchange exchange_of(const host::RequestResult& result, uint8_t protocol,
                               const wire::Endpoint& target);

}  // namespace lvslab::lab
