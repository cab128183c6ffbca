#include "tests/unit/director/bench.hh"

#include "emulator/ipvs/language.hh"

namespace lvslab::director::test {

ipvs::Command command(const std::string& line) {
  return ipvs::parse(line);
}

void Bench::rules(std::initializer_list<const char*> lines) {
  for (const char* line : lines) director.apply(ipvs::parse(line), now);
}

Outcome Bench::send(const Packet& packet, Hook hook) {
  wire::Frame frame = frame_of(packet);
  Note note;
  routes.refresh();
  const Verdict verdict = director.process(frame, hook, now, &note);
  return {verdict, note, bytes_of(frame)};
}

std::string Bench::server_of(const Spec& spec) {
  const Outcome out = request(spec);
  return out.verdict.action == Action::forward ? out.verdict.next_hop.to_string() : "";
}

ipvs::ConnectionStatus Bench::only_connection() const {
  const auto all = director.connections(now);
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  return all[0];
}

ipvs::DestinationStatus Bench::server(const std::string& real) const {
  for (const auto& service : director.services())
    for (const auto& destination : service.destinations)
      if (destination.rule.real == end(real)) return destination;
  BOOST_FAIL("no server " + real);
  return {};
}

std::string refusal(Bench& bench, const char* line) {
  try {
    bench.director.apply(ipvs::parse(line), bench.now);
  } catch (const CommandError& error) {
    return error.what();
  }
  return "";
}

void check_same(const Packet& got, const Packet& expected, const std::string& what) {
  BOOST_CHECK_MESSAGE(got == expected, what << "\nexpected:\n"
                                            << hex(expected) << "\ngot:\n"
                                            << hex(got));
}

}  // namespace lvslab::director::test
