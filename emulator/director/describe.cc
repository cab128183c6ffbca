#include "emulator/director/describe.hh"

#include <array>

#include "emulator/ipvs/language.hh"

namespace lvslab::director {

namespace {

struct Words {
  std::string_view name, explanation;
};

Words words_of(DropReason reason) {
  switch (reason) {
    case DropReason::none:
      return {"none", "not dropped"};
    case DropReason::malformed:
      return {"malformed", "transport header cut short"};
    case DropReason::bad_tcp_checksum:
      return {"bad_tcp_checksum", "FTP control segment with a wrong checksum"};
    case DropReason::not_tracked:
      return {"not_tracked",
              "FTP reply that names the server, without a service of port 21 that masquerades"};
    case DropReason::bad_icmp_checksum:
      return {"bad_icmp_checksum", "ICMP error with a wrong checksum"};
    case DropReason::no_destination:
      return {"no_destination", "no server of the service can take a new connection"};
    case DropReason::destination_gone:
      return {"destination_gone",
              "the connection's server was deleted, or is quiesced (vs.expire_nodest_conn)"};
    case DropReason::time_exceeded:
      return {"time_exceeded", "TTL used up at the director"};
    case DropReason::fragmentation_needed:
      return {"fragmentation_needed", "larger than the MTU to the server and not to be fragmented"};
    case DropReason::no_route:
      return {"no_route", "no route to the server"};
    case DropReason::table_full:
      return {"table_full", "the connection table is at its bound"};
    case DropReason::reply_without_connection:
      return {"reply_without_connection",
              "from a server, of a connection nobody knows (vs.nat_icmp_send=1)"};
    case DropReason::tunnel_error:
      return {"tunnel_error",
              "ICMP error about a tunnel packet of the director: told on to the "
              "client"};
    case DropReason::too_large:
      return {"too_large", "longer than 65,535 bytes with what the director adds"};
    case DropReason::overloaded:
      return {"overloaded", "one of every so many new connections (vs.drop_packet)"};
    case DropReason::unsupported:
      return {"unsupported", "masquerading to the director's own address is not supported"};
    case DropReason::kCount:
      break;
  }
  return {"unknown", "unknown"};
}

std::string protocol_name(uint8_t protocol) {
  return std::string(ipvs::name_of(static_cast<ipvs::Protocol>(protocol)));
}

std::string with_state(const Note& note) {
  return note.state.empty() ? "" : ", state " + std::string(note.state);
}

// "192.168.1.219:80 TCP rr"
std::string service_of(const Note& note) {
  return note.virtual_end.to_string() + " " + protocol_name(note.protocol) + " " +
         std::string(ipvs::name_of(note.scheduler));
}

// "192.168.1.218:80 by route"
std::string way_of(const Note& note) {
  return note.real.to_string() + " by " + std::string(ipvs::name_of(note.method));
}

std::string answer_of(const IcmpAnswer& answer) {
  std::string text = ", answered with ICMP type " + std::to_string(answer.type) + " code " +
                     std::to_string(answer.code);
  if (answer.mtu != 0) text += " (MTU " + std::to_string(answer.mtu) + ")";
  return text;
}

std::string describe_drop(const Verdict& verdict, const Note& note) {
  std::string text = "LVS: ";
  if (note.matched) text += service_of(note) + " -> ";
  text += "dropped, " + std::string(name_of(verdict.reason)) + ": ";
  text += explain(verdict.reason);
  if (verdict.answer.wanted) text += answer_of(verdict.answer);
  return text;
}

std::string describe_reply(const Verdict& verdict, const Note& note) {
  const bool translated = verdict.action == Action::forward;
  std::string text = "LVS: FORWARD, ";
  if (note.icmp_error) text += "ICMP error about " + service_of(note) + ", ";
  text += translated ? "source " + note.real.to_string() + " -> " + note.virtual_end.to_string()
                     : "reply of " + way_of(note) + " unchanged";
  if (translated) text += " (masquerade) > POSTROUTING";
  return text + with_state(note);
}

}  // namespace

std::string_view name_of(DropReason reason) {
  return words_of(reason).name;
}
std::string_view explain(DropReason reason) {
  return words_of(reason).explanation;
}

std::string describe(const Verdict& verdict, const Note& note) {
  if (verdict.action == Action::drop) return describe_drop(verdict, note);
  if (!note.matched) return "LVS: no service or connection of its own, the host goes on";
  if (note.reply) return describe_reply(verdict, note);
  std::string text = "LVS: PREROUTING > INPUT ";
  if (note.icmp_error) text += "ICMP error about ";
  text += service_of(note) + " -> ";
  if (verdict.action == Action::pass && note.real.port == 0) return text + "the host goes on";
  text += note.scheduled ? "new connection to " : note.icmp_error ? "" : "connection to ";
  text += way_of(note);
  text += verdict.action == Action::forward ? " > POSTROUTING" : ", which is this host";
  return text + with_state(note);
}

}  // namespace lvslab::director
