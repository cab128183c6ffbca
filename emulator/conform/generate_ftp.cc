// FTP: control connections whose words announce data connections (RFC 959, RFC 2428), and those.

#include <algorithm>
#include <string_view>

#include "emulator/conform/generator.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

namespace flag = wire::tcp_flag;
constexpr uint16_t kControl = 21, kData = 20;
constexpr uint8_t kPush = flag::kPsh | flag::kAck;

Buffer bytes_of(std::string_view line) {
  return {line.begin(), line.end()};
}

// "192,0,2,9,4,1"
std::string six_numbers(const wire::Endpoint& end) {
  std::string text = end.address.to_string();
  std::replace(text.begin(), text.end(), '.', ',');
  return text + "," + std::to_string(end.port / 256) + "," + std::to_string(end.port % 256);
}

// "|1|192.0.2.9|1025|"
std::string delimited(const wire::Endpoint& end) {
  return std::string(end.address.is_v6() ? "|2|" : "|1|") + end.address.to_string() + "|" +
         std::to_string(end.port) + "|";
}

}  // namespace

void Generator::client_says(Flow& control, const std::string& line) {
  request(control, kPush, bytes_of(line));
}

void Generator::server_says(Flow& control, const std::string& line) {
  reply(control, kPush, bytes_of(line));
}

// One that is masqueraded and established; a new one is made so first. Null: there is none now.
Flow* Generator::control_connection() {
  std::vector<Flow*> all;
  for (Flow& flow : flows_)
    if (flow.protocol == wire::proto::kTcp && flow.virtual_end.port == kControl &&
        flow.stage != Flow::Stage::over)
      all.push_back(&flow);
  Flow* control = all.empty() ? nullptr : pick(all);
  if (!control || chance(25)) {
    const auto files = std::find_if(services_.begin(), services_.end(), [](const Service& s) {
      return s.name.starts_with("-t ") && s.name.ends_with(":21");
    });
    if (files == services_.end()) return nullptr;
    Flow& flow = flow_to_service(*files);
    flow.virtual_end.port = kControl;
    give_own_port(flow);
    control = &flow;
  }
  while (control->stage != Flow::Stage::over) {
    const auto c = connection_of(*control);
    if (control->stage != Flow::Stage::fresh && (!c || c->method != ipvs::Method::masquerade ||
                                                 control->client_done || control->server_done))
      return nullptr;
    if (control->stage == Flow::Stage::open) return c->state == "ESTABLISHED" ? control : nullptr;
    converse(*control);
  }
  return nullptr;
}

// The side that opens it begins.
void Generator::begin_data(const wire::Endpoint& client, const wire::Endpoint& virtual_end,
                           std::optional<wire::Endpoint> server) {
  Flow& data = make_flow();
  data.protocol = wire::proto::kTcp;
  data.scheduler = "ftp";
  data.client = client;
  data.virtual_end = virtual_end;
  walker_ = data.id;
  data.by_server = server.has_value();
  data.real = server;
  if (server) data.server = server->address;
  if (chance(90)) return converse(data);
  data.stage = Flow::Stage::over;
  say(data, !server, any_word(data));
}

void Generator::passive(Flow& control) {
  const bool six = control.client.address.is_v6();
  static const std::vector<const char*> kFour = {"PASV\r\n",         "PASV\r\n",  "pasv\r\n",
                                                 "NOOP\r\nPASV\r\n", "PASV \r\n", "PASV\n"};
  static const std::vector<const char*> kEither = {
      "EPSV\r\n", "EPSV\r\n", "epsv\r\n", "EPSV 1\r\n", "EPSV 2\r\n", "EPSV ALL\r\n", "EPSV 1"};
  const bool extended = six || chance(45);
  client_says(control, pick(extended ? kEither : kFour));
  wire::Endpoint end{control.real->address, static_cast<uint16_t>(1024 + below(60000))};
  if (chance(4)) end.address = control.virtual_end.address;
  const std::string port = std::to_string(end.port);
  static const std::vector<std::pair<const char*, const char*>> kAround = {
      {"227 Entering Passive Mode (", ").\r\n"},
      {"227 Entering Passive Mode (", ")\r\n"},
      {"227 =", "\r\n"},
      {"227 ok ((", "))\r\n"}};
  const auto around = kAround[below(static_cast<unsigned>(kAround.size()))];
  const std::string four = around.first + six_numbers(end) + around.second;
  const std::string either = "229 Entering Extended Passive Mode (" +
                             (chance(80) ? "|||" + port + "|" : delimited(end)) + ")\r\n";
  control.rewritten = true;
  renumbered_.insert(control.client);
  server_says(control, chance(90) == extended ? either : four);
  const wire::Endpoint client{control.client.address, static_cast<uint16_t>(1024 + below(60000))};
  begin_data(client, {control.virtual_end.address, end.port}, {});
}

void Generator::active(Flow& control) {
  const bool six = control.client.address.is_v6();
  wire::Endpoint end{control.client.address, static_cast<uint16_t>(1024 + below(60000))};
  if (chance(4)) end.port = 0;
  static const std::vector<const char*> kPort = {"PORT ", "PORT ", "port ", "PORT   ", "Port"};
  static const std::vector<const char*> kEprt = {"EPRT ", "EPRT ", "eprt "};
  const std::string line =
      six || chance(40) ? pick(kEprt) + delimited(end) : pick(kPort) + six_numbers(end);
  client_says(control, line + (chance(90) ? "\r\n" : ""));
  wire::Endpoint from = *control.real;
  from.port = static_cast<uint16_t>(from.port - 1);
  begin_data(end, {control.virtual_end.address, kData}, from);
}

void Generator::ftp() {
  Flow* control = control_connection();
  if (!control) return walk();
  const unsigned what = below(100);
  if (what < 45) return passive(*control);
  if (what < 85) return active(*control);
  static const std::vector<const char*> kLines = {"USER anonymous\r\n",     "PORT 1,2,3\r\n",
                                                  "PORT 300,1,2,3,4,5\r\n", "EPRT |1|1.2.3|5|\r\n",
                                                  "227 1,2,3,4,5,6\r\n",    "229 (|||0|)\r\n"};
  const std::string line = pick(kLines);
  chance(50) ? client_says(*control, line) : server_says(*control, line);
}

}  // namespace lvslab::conform
