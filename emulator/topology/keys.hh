#pragma once
// The format's vocabulary: for each mapping of the file its keys, for each kind of word its words.
// The reader knows keys and words from here only, and the tests hold lab.schema.json against these
// tables, so the three can't drift apart.

#include <span>
#include <string_view>
#include <vector>

namespace lvslab::topology {

struct Key {
  std::string_view name;
  bool required = false;
};

struct KeyTable {
  std::string_view mapping;  // its name below "definitions" in the schema
  std::string_view called;   // in messages: "an interface"
  std::span<const Key> keys;
};

struct WordTable {
  std::string_view kind;  // its name below "definitions" in the schema
  std::span<const std::string_view> words;
};

inline constexpr Key kLabKeys[] = {
    {"name", true}, {"about"}, {"networks", true}, {"hosts", true}, {"scenario"}};
inline constexpr Key kNetworkKeys[] = {{"subnet", true}, {"mtu"}};
inline constexpr Key kHostKeys[] = {
    {"role", true},       {"stack"},    {"engine"}, {"command"}, {"ready"},
    {"interfaces", true}, {"loopback"}, {"tunnel"}, {"gateway"}, {"routes"},
    {"sysctls"},          {"services"}, {"rules"},  {"marks"},   {"connections-at-most"}};
inline constexpr Key kInterfaceKeys[] = {
    {"network", true}, {"address"}, {"mac"}, {"mtu"}, {"wire"}};
inline constexpr Key kImpairmentKeys[] = {{"delay"},     {"jitter"},  {"loss"},    {"burst"},
                                          {"duplicate"}, {"reorder"}, {"corrupt"}, {"corrupt-at"},
                                          {"rate"},      {"queue"},   {"mtu"}};
inline constexpr Key kWireKeys[] = {
    {"out"},     {"in"},      {"delay"},      {"jitter"}, {"loss"},  {"burst"}, {"duplicate"},
    {"reorder"}, {"corrupt"}, {"corrupt-at"}, {"rate"},   {"queue"}, {"mtu"}};
inline constexpr Key kBurstKeys[] = {{"enter", true}, {"leave", true}};
inline constexpr Key kRouteKeys[] = {{"to", true}, {"via", true}};
inline constexpr Key kMarkKeys[] = {{"mark", true}, {"to", true}, {"over"}, {"port"}};
inline constexpr Key kServiceKeys[] = {{"identity"}, {"exec"}, {"ready"}};
inline constexpr Key kStepKeys[] = {
    {"step", true}, {"request"}, {"continue"},  {"ping"},  {"arp-probe"}, {"rules"},
    {"takeover"},   {"await"},   {"exec"},      {"stop"},  {"start"},     {"restart"},
    {"frames"},     {"flood"},   {"junk"},      {"spoof"}, {"wire"},      {"cut"},
    {"mend"},       {"wait"},    {"meanwhile"}, {"expect"}};
inline constexpr Key kMeanwhileKeys[] = {
    {"after", true}, {"rules"}, {"takeover"}, {"stop"}, {"start"}, {"restart"}, {"frames"},
    {"flood"},       {"junk"},  {"spoof"},    {"wire"}, {"cut"},   {"mend"}};
inline constexpr Key kFramesKeys[] = {{"from", true}, {"bytes", true}};
inline constexpr Key kFloodKeys[] = {{"from", true}, {"to", true}, {"count"}};
inline constexpr Key kJunkKeys[] = {{"from", true}, {"to", true}, {"count"}};
inline constexpr Key kSpoofKeys[] = {{"from", true}, {"address", true}};
inline constexpr Key kRequestKeys[] = {
    {"from", true},    {"to", true},    {"over"},    {"count"}, {"size"},
    {"dont-fragment"}, {"source-port"}, {"timeout"}, {"keep"},  {"at-once"}};
inline constexpr Key kContinueKeys[] = {{"kept", true}, {"size"}, {"timeout"}, {"at-once"}};
inline constexpr Key kPingKeys[] = {{"from", true}, {"to", true}, {"count"}, {"timeout"}};
inline constexpr Key kArpProbeKeys[] = {{"from", true}, {"address", true}, {"timeout"}};
inline constexpr Key kTakeoverKeys[] = {{"addresses", true}, {"from", true}, {"to", true}};
inline constexpr Key kAwaitKeys[] = {{"connections", true}, {"at", true}, {"timeout"}};
inline constexpr Key kExecKeys[] = {{"host", true}, {"command", true}, {"status"}, {"timeout"}};
inline constexpr Key kWireStepKeys[] = {
    {"of", true}, {"direction"}, {"delay"},      {"jitter"}, {"loss"},  {"burst"}, {"duplicate"},
    {"reorder"},  {"corrupt"},   {"corrupt-at"}, {"rate"},   {"queue"}, {"mtu"}};
inline constexpr Key kExpectationKeys[] = {
    {"answers"}, {"order"}, {"error"}, {"peer"},      {"path"},  {"packet"},  {"change"},
    {"seen"},    {"never"}, {"arp"},   {"checksums"}, {"holds"}, {"latency"}, {"answered"}};
inline constexpr Key kPathKeys[] = {{"request"}, {"reply"}};
inline constexpr Key kPacketKeys[] = {{"of", true}, {"sent-by"}, {"received-by"}, {"match", true}};
inline constexpr Key kChangeKeys[] = {{"of", true}, {"by", true}, {"fields", true}};
inline constexpr Key kSeenKeys[] = {{"at"}, {"sent-by"}, {"received-by"}, {"match"}, {"count"}};
inline constexpr Key kNeverKeys[] = {{"at"}, {"sent-by"}, {"received-by"}, {"match"}};
inline constexpr Key kArpKeys[] = {{"address", true}, {"answered-by", true}};

inline constexpr Key kLatencyKeys[] = {{"least"}, {"most"}};
inline constexpr Key kAnsweredKeys[] = {{"least"}, {"most"}};

inline constexpr KeyTable kLab{"lab", "a lab", kLabKeys};
inline constexpr KeyTable kNetwork{"network", "a network", kNetworkKeys};
inline constexpr KeyTable kHost{"host", "a host", kHostKeys};
inline constexpr KeyTable kInterface{"interface", "an interface", kInterfaceKeys};
inline constexpr KeyTable kWire{"wire", "'wire'", kWireKeys};
inline constexpr KeyTable kImpairments{"impairments", "a direction of 'wire'", kImpairmentKeys};
inline constexpr KeyTable kBurst{"burst", "'burst'", kBurstKeys};
inline constexpr KeyTable kRoute{"route", "a route", kRouteKeys};
inline constexpr KeyTable kMark{"mark", "a mark", kMarkKeys};
inline constexpr KeyTable kService{"service", "a service", kServiceKeys};
inline constexpr KeyTable kStep{"step", "a step", kStepKeys};
inline constexpr KeyTable kMeanwhile{"meanwhile", "an item of 'meanwhile'", kMeanwhileKeys};
inline constexpr KeyTable kRequest{"request", "'request'", kRequestKeys};
inline constexpr KeyTable kContinue{"continue", "'continue'", kContinueKeys};
inline constexpr KeyTable kPing{"ping", "'ping'", kPingKeys};
inline constexpr KeyTable kArpProbe{"arp-probe", "'arp-probe'", kArpProbeKeys};
inline constexpr KeyTable kTakeover{"takeover", "'takeover'", kTakeoverKeys};
inline constexpr KeyTable kAwait{"await", "'await'", kAwaitKeys};
inline constexpr KeyTable kExec{"exec", "'exec'", kExecKeys};
inline constexpr KeyTable kFrames{"frames", "'frames'", kFramesKeys};
inline constexpr KeyTable kFlood{"flood", "'flood'", kFloodKeys};
inline constexpr KeyTable kJunk{"junk", "'junk'", kJunkKeys};
inline constexpr KeyTable kSpoof{"spoof", "'spoof'", kSpoofKeys};
inline constexpr KeyTable kWireStep{"wire-step", "'wire'", kWireStepKeys};
inline constexpr KeyTable kExpectation{"expectation", "an expectation", kExpectationKeys};
inline constexpr KeyTable kPath{"path", "'path'", kPathKeys};
inline constexpr KeyTable kPacket{"packet", "'packet'", kPacketKeys};
inline constexpr KeyTable kChange{"change", "'change'", kChangeKeys};
inline constexpr KeyTable kSeen{"seen", "'seen'", kSeenKeys};
inline constexpr KeyTable kNever{"never", "'never'", kNeverKeys};
inline constexpr KeyTable kArp{"arp", "'arp'", kArpKeys};
inline constexpr KeyTable kLatency{"latency", "'latency'", kLatencyKeys};
inline constexpr KeyTable kAnswered{"answered", "'answered'", kAnsweredKeys};

// In the order of the model's enumerations, where there is one.
inline constexpr std::string_view kRoleWords[] = {"client", "router", "director", "real-server"};
inline constexpr std::string_view kStackWords[] = {"kernel", "embedded"};
inline constexpr std::string_view kEngineWords[] = {"embedded", "ipvs", "external"};
inline constexpr std::string_view kReadyWords[] = {"exited", "started"};
inline constexpr std::string_view kTransportWords[] = {"tcp", "udp"};
inline constexpr std::string_view kWayWords[] = {"request", "reply"};
inline constexpr std::string_view kErrorWords[] = {"timeout", "refused", "unreachable", "too-big",
                                                   "reset"};
inline constexpr std::string_view kChecksumsWords[] = {"good"};
inline constexpr std::string_view kInvariantWords[] = {
    "all",         "keeps-server",      "no-rip",  "good-checksums", "weight-zero",
    "arp-silence", "answered-from-vip", "no-loop", "counters",       "bounds"};
// In the order of scenario::Invariant.
inline constexpr auto kInvariantNames = std::span(kInvariantWords).subspan<1>();
inline constexpr std::string_view kDirectionWords[] = {"out", "in", "both"};

inline constexpr WordTable kRoles{"role", kRoleWords};
inline constexpr WordTable kStacks{"stack", kStackWords};
inline constexpr WordTable kEngines{"engine", kEngineWords};
inline constexpr WordTable kReadies{"ready", kReadyWords};
inline constexpr WordTable kTransports{"transport", kTransportWords};
inline constexpr WordTable kWays{"way", kWayWords};
inline constexpr WordTable kErrors{"error", kErrorWords};
inline constexpr WordTable kChecksumsAre{"checksums", kChecksumsWords};
inline constexpr WordTable kInvariants{"invariant", kInvariantWords};
inline constexpr WordTable kDirections{"direction", kDirectionWords};

std::vector<KeyTable> known_keys();
std::vector<WordTable> known_words();

}  // namespace lvslab::topology
