#include "emulator/lab/exchanges.hh"

#include "emulator/host/identity.hh"

namespace lvslab::lab {

namespace {

scenario::Outcome outcome_of(kernel::ClientOutcome outcome) {
  switch (outcome) {
    case kernel::ClientOutcome::answered:
      return scenario::Outcome::answered;
    case kernel::ClientOutcome::timeout:
      return scenario::Outcome::timeout;
    case kernel::ClientOutcome::refused:
      return scenario::Outcome::refused;
    case kernel::ClientOutcome::unreachable:
      return scenario::Outcome::unreachable;
    case kernel::ClientOutcome::too_big:
      return scenario::Outcome::too_big;
    case kernel::ClientOutcome::reset:
      return scenario::Outcome::reset;
  }
  return scenario::Outcome::timeout;
}

scenario::Outcome outcome_of(host::RequestOutcome outcome) {
  switch (outcome) {
    case host::RequestOutcome::answered:
      return scenario::Outcome::answered;
    case host::RequestOutcome::timeout:
      return scenario::Outcome::timeout;
    case host::RequestOutcome::refused:
      return scenario::Outcome::refused;
    case host::RequestOutcome::unreachable:
      return scenario::Outcome::unreachable;
    case host::RequestOutcome::too_big:
      return scenario::Outcome::too_big;
    case host::RequestOutcome::reset:
      return scenario::Outcome::reset;
  }
  return scenario::Outcome::timeout;
}

template <class Result>
scenario::Exchange make_exchange(const Result& result, uint8_t protocol,
                                 const wire::Endpoint& target) {
  scenario::Exchange exchange;
  exchange.protocol = protocol;
  exchange.client = result.local;
  exchange.target = target;
  exchange.outcome = outcome_of(result.outcome);
  exchange.took = result.took;
  if (exchange.outcome != scenario::Outcome::answered) return exchange;
  if (const auto identity = host::read_identity(result.reply)) {
    exchange.server = identity->server;
    exchange.peer_seen = identity->peer;
  }
  return exchange;
}

}  // namespace

scenario::Exchange exchange_of(const kernel::RequestResult& result, uint8_t protocol,
                               const wire::Endpoint& target) {
  return make_exchange(result, protocol, target);
}

scenario::Exchange exchange_of(const host::RequestResult& result, uint8_t protocol,
                               const wire::Endpoint& target) {
  return make_exchange(result, protocol, target);
}

}  // namespace lvslab::lab
