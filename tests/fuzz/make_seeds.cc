// Makes a corpus out of what is written elsewhere: conformance cases become storms for the
// director, their rules ipvsadm's lines; synchronisation messages and captures are made here.
// Topologies are seeds as they are. Run by hand when the formats change:
//
//   build/tests/make_seeds tests/fuzz/corpus tests/conformance/cases/*.case

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "emulator/capture/writer.hh"
#include "emulator/conform/case.hh"
#include "emulator/director/sync_message.hh"
#include "emulator/ipvs/language.hh"
#include "tests/fuzz/director/mutate.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/director/rules.hh"

namespace {

namespace fs = std::filesystem;
using namespace lvslab;
using Seed = std::vector<uint8_t>;

void write(const fs::path& folder, const std::string& name, const Seed& seed) {
  fs::create_directories(folder);
  std::ofstream out(folder / name, std::ios::binary);
  std::copy(seed.begin(), seed.end(), std::ostreambuf_iterator<char>(out));
  if (!out.flush()) throw std::runtime_error("cannot write " + (folder / name).string());
}

// The shortest wait that is no shorter.
uint8_t pause_near(Duration pause) {
  for (uint8_t i = 0; i < 16; ++i)
    if (fuzz::pause_of(Bytes(&i, 1)) >= pause) return i;
  return 15;
}

// Nothing for what storms have no record for: listings, rules about other addresses.
std::optional<Seed> fields_of(const conform::Event& event) {
  switch (event.kind) {
    case conform::EventKind::rule:
      try {
        return fuzz::fields_of(ipvs::parse(event.text));
      } catch (const ipvs::RuleError&) {
        return {};
      }
    case conform::EventKind::sysctl: {
      const size_t blank = event.text.find(' ');
      return fuzz::setting_fields_of(event.text.substr(0, blank), event.text.substr(blank + 1));
    }
    case conform::EventKind::frame: {
      Seed fields = {static_cast<uint8_t>(event.port)};
      fields.insert(fields.end(), event.bytes.begin(), event.bytes.end());
      return fields;
    }
    case conform::EventKind::wait:
      return Seed{pause_near(event.pause)};
    case conform::EventKind::listing:
      return {};
  }
  return {};
}

fuzz::Kind kind_of(conform::EventKind kind) {
  if (kind == conform::EventKind::rule) return fuzz::Kind::rule;
  if (kind == conform::EventKind::sysctl) return fuzz::Kind::setting;
  return kind == conform::EventKind::frame ? fuzz::Kind::frame : fuzz::Kind::wait;
}

Seed storm_of(const conform::Case& played) {
  constexpr size_t kLongest = 4000;
  fuzz::Storm storm;
  std::vector<Seed> kept;
  kept.reserve(played.events.size());
  size_t size = 0;
  for (const conform::Event& event : played.events) {
    auto fields = fields_of(event);
    if (!fields || size + fields->size() > kLongest) continue;
    size += fields->size() + 3;
    kept.push_back(std::move(*fields));
    storm.records.push_back({kind_of(event.kind), kept.back()});
  }
  return fuzz::encode(storm);
}

std::string rules_of(const conform::Case& played) {
  std::string lines;
  for (const conform::Event& event : played.events)
    if (event.kind == conform::EventKind::rule || event.kind == conform::EventKind::listing)
      lines += event.text + "\n";
  return lines;
}

void seeds_of_case(const fs::path& corpus, const fs::path& file) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const conform::Case played = conform::parse_case(text, file.string());
  write(corpus / "director", file.stem(), storm_of(played));
  const std::string rules = rules_of(played);
  if (!rules.empty()) write(corpus / "ipvsadm", file.stem(), {rules.begin(), rules.end()});
}

// Services, servers and conversations, as the mutator puts them together.
void grown_storms(const fs::path& corpus) {
  const fuzz::MutateBytes as_it_is = [](uint8_t*, size_t size, size_t) { return size; };
  for (uint32_t seed = 1; seed <= 16; ++seed) {
    Seed storm(fuzz::kSurroundingsSize);
    for (uint32_t step = 0; step < 40; ++step)
      storm = fuzz::mutate_storm(storm, 400, seed * 100 + step, as_it_is);
    for (const char* target : {"director", "host"})
      write(corpus / target, "grown-" + std::to_string(seed), storm);
  }
}

director::SyncEntry entry(const char* client, const char* virtual_end, const char* real) {
  director::SyncEntry made;
  made.protocol = 6;
  made.state = 1;
  made.flags = director::sync_flag::kInactive;
  made.client = *wire::Endpoint::parse(client);
  made.virtual_end = *wire::Endpoint::parse(virtual_end);
  made.real = *wire::Endpoint::parse(real);
  made.timeout = 900;
  return made;
}

void sync_messages(const fs::path& corpus) {
  auto plain = entry("203.0.113.5:40000", "192.0.2.100:80", "198.51.100.11:80");
  auto shifted = plain;
  shifted.flags |= director::sync_flag::kShifts;
  shifted.shifts = {{1, 2, 3}, {4, 5, 6}};
  auto engine = plain;
  engine.flags |= director::sync_flag::kTemplate;
  const Seed call = {'c', 'a', 'l', 'l'}, sip = {'s', 'i', 'p'};
  engine.engine_data.assign(call);
  engine.engine_name.assign(sip);
  const auto six = entry("[2001:db8:3::1]:40000", "[2001:db8:1::64]:80", "[2001:db8:2::b]:80");
  for (const auto version : {director::SyncVersion::v0, director::SyncVersion::v1}) {
    director::SyncWriter writer(version, 1, 1472);
    for (const auto& each : {plain, shifted, engine, six}) writer.append(each);
    write(corpus / "sync", version == director::SyncVersion::v0 ? "v0" : "v1",
          {writer.bytes().begin(), writer.bytes().end()});
  }
}

void captures(const fs::path& corpus) {
  std::ostringstream out;
  const std::vector<fabric::PortName> ports = {{"director", "eth0"}, {"rs1", "eth0"}};
  capture::PcapngWriter writer(out, ports, {});
  fabric::Sighting sighting;
  sighting.bytes = Seed(20, 7);
  writer.write(sighting);
  sighting.port = 1;
  sighting.direction = fabric::Direction::received;
  sighting.comment = "new connection";
  sighting.partial_checksum = true;
  writer.write(sighting);
  writer.finish(3);
  const std::string file = out.str();
  write(corpus / "pcapng", "two-frames", {file.begin(), file.end()});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: make_seeds CORPUS [CASE...]\n";
    return 2;
  }
  try {
    const fs::path corpus = argv[1];
    for (int i = 2; i < argc; ++i) seeds_of_case(corpus, argv[i]);
    grown_storms(corpus);
    sync_messages(corpus);
    captures(corpus);
  } catch (const std::exception& error) {
    std::cerr << "make_seeds: " << error.what() << "\n";
    return 2;
  }
  return 0;
}
