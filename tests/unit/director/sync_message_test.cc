// Synchronisation messages: what a Linux 6.1 master sent reads as what its connections were and is
// written back byte for byte; what its backup took and refused of the malformed ones, so do we.

#include "emulator/director/sync_message.hh"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "emulator/base/random.hh"
#include "tests/unit/director/packets.hh"

namespace lvslab::director::test {
namespace {

// One datagram of a master with TCP, UDP, SCTP and IPv6 connections, templates of addresses, of a
// mark and of the engine sip.
const char* const kMasterV1 =
    "000704281901000000060024000000000001753100501f900000000000000384cb007105c000020ac6336401"
    "00060024000000000001753200501f900000000000000384cb007105c000020ac63364010006002400000100"
    "0007753200501f90000000000000003ccb007105c000020ac633640100060024000011830000000000500050"
    "0000000000000064cb007106c000020bc6336402000600240000118300010000005000500000000000000064"
    "cb007106c000020bc6336402000600240000008300017533005000500000000000000384cb007106c000020b"
    "c6336402000600240000118300010000005000500000000000000064cb007106c000020bc633640200060024"
    "0000118300010000005000500000000000000064cb007106c000020bc6336402000600240000018300047533"
    "005000500000000000000078cb007106c000020bc63364020006002400001183000100000050005000000000"
    "00000064cb007106c000020bc633640200110024000001820000753400350035000000000000012ccb007105"
    "c000020ac6336401008400240000000000087535006300630000000000000384cb007105c000020ac6336401"
    "01060048000000000001753600500050000000000000038420010db800010000000000000000000520010db8"
    "00000000000000000000001020010db80002000000000000000000010011003c000011000000000013c413c4"
    "000000000000003ccb007105c000020ac633640302113132333435403230332e302e3131332e350303736970"
    "0011003c000011000000000013c413c4000000000000003ccb007105c000020ac63364030211313233343540"
    "3230332e302e3131332e35030373697000110024000001000000753713c413c4000000000000012ccb007105"
    "c000020ac63364030011003c000011000000000013c413c4000000000000003ccb007105c000020ac6336403"
    "02113132333435403230332e302e3131332e3503037369700011003c000011000000000013c413c400000000"
    "0000003ccb007105c000020ac633640302113132333435403230332e302e3131332e3503037369700011003c"
    "000011000000000013c413c4000000000000003ccb007105c000020ac633640302113132333435403230332e"
    "302e3131332e35030373697000000024000011830000000000000000000000070000001ecb00710700000007"
    "c633640400000024000011830001000000000000000000070000001ecb00710700000007c633640400060024"
    "0000008300017539005000500000000700000384cb007107c000024dc6336404000000240000118300010000"
    "00000000000000070000001ecb00710700000007c63364040000002400001183000100000000000000000007"
    "0000001ecb00710700000007c633640400000024000011830001000000000000000000070000001ecb007107"
    "00000007c6336404";

// The same connections, as far as version 0 has words for them.
const char* const kMasterV0 =
    "0b07010c0006791900501f90cb007105c000020ac6336401000000010006791a00501f90cb007105c000020a"
    "c6336401000000010006791a00501f90cb007105c000020ac6336401010000070006791b00500050cb007106"
    "c000020bc6336402008300010006000000500050cb007106c000020bc6336402118300010006791b00500050"
    "cb007106c000020bc6336402018300040006000000500050cb007106c000020bc6336402118300010011791c"
    "00350035cb007105c000020ac6336401018200000084791d00630063cb007105c000020ac633640100000008"
    "0011791f13c413c4cb007105c000020ac6336403010000000011000013c413c4cb007105c000020ac6336403"
    "11000000";

Packet from_hex(const std::string& digits) {
  Packet bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::vector<SyncEntry> entries_of(const Packet& message) {
  SyncReader reader(message);
  std::vector<SyncEntry> entries;
  while (const SyncEntry* entry = reader.next()) entries.push_back(*entry);
  BOOST_TEST(!reader.problem());
  BOOST_TEST(reader.passed_over() == 0U);
  return entries;
}

Packet written(SyncVersion version, uint8_t id, const std::vector<SyncEntry>& entries) {
  SyncWriter writer(version, id, 1472);
  for (const SyncEntry& entry : entries) BOOST_TEST(writer.append(entry));
  BOOST_TEST(writer.entries() == entries.size());
  return {writer.bytes().begin(), writer.bytes().end()};
}

BOOST_AUTO_TEST_CASE(messages_of_a_kernel_master) {
  for (const auto& [message, version, count] :
       {std::tuple(from_hex(kMasterV1), SyncVersion::v1, 25U),
        std::tuple(from_hex(kMasterV0), SyncVersion::v0, 11U)}) {
    SyncReader reader(message);
    BOOST_TEST((reader.version() == version));
    BOOST_TEST(reader.id() == 7);
    const auto entries = entries_of(message);
    BOOST_TEST(entries.size() == count);
    BOOST_TEST(hex(written(version, 7, entries)) == hex(message));
  }
}

BOOST_AUTO_TEST_CASE(entries_of_a_kernel_master) {
  const auto entries = entries_of(from_hex(kMasterV1));
  const auto find = [&](const std::string& client, uint16_t state) -> const SyncEntry& {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const SyncEntry& entry) {
      return entry.client == end(client) && entry.state == state;
    });
    BOOST_REQUIRE((found != entries.end()));
    return *found;
  };
  const SyncEntry& closing = find("203.0.113.5:30002", 7);
  BOOST_TEST(closing.protocol == 6);
  BOOST_TEST(closing.flags == sync_flag::kInactive);
  BOOST_TEST((closing.virtual_end == end("192.0.2.10:80")));
  BOOST_TEST((closing.real == end("198.51.100.1:8080")));
  BOOST_TEST(closing.timeout == 60U);
  BOOST_TEST(!closing.is_template());
  BOOST_TEST(!closing.shifts.has_value());

  const SyncEntry& datagrams = find("203.0.113.5:30004", 0);
  BOOST_TEST(datagrams.protocol == 17);
  BOOST_TEST((datagrams.flags & sync_flag::kMethod) == unsigned(SyncMethod::tunnel));
  BOOST_TEST(find("203.0.113.5:30005", 8).protocol == 132);
  BOOST_TEST((find("[2001:db8:1::5]:30006", 1).real == end("[2001:db8:2::1]:80")));

  const SyncEntry& sip = find("203.0.113.5:0", 0);
  const std::string call(sip.engine_data.view().begin(), sip.engine_data.view().end());
  const std::string name(sip.engine_name.view().begin(), sip.engine_name.view().end());
  BOOST_TEST(sip.is_template());
  BOOST_TEST(call == "12345@203.0.113.5");
  BOOST_TEST(name == "sip");

  const SyncEntry& mark = find("203.0.113.7:0", 1);
  BOOST_TEST(mark.protocol == 0);
  BOOST_TEST(mark.mark == 7U);
  BOOST_TEST(mark.timeout == 30U);
  BOOST_TEST((mark.virtual_end == end("0.0.0.7:0")));
  BOOST_TEST((mark.flags & sync_flag::kMethod) == unsigned(SyncMethod::route));
}

SyncEntry plain_entry() {
  SyncEntry entry;
  entry.protocol = 6;
  entry.state = 1;
  entry.client = end("203.0.113.9:41001");
  entry.virtual_end = end("192.0.2.10:80");
  entry.real = end("198.51.100.1:8080");
  entry.timeout = 777;
  return entry;
}

// Read by a Linux 6.1 backup as three connections.
BOOST_AUTO_TEST_CASE(shifts_and_their_padding) {
  SyncEntry shifted = plain_entry(), second = plain_entry(), third = plain_entry();
  shifted.client.port = 41002;
  shifted.flags = sync_flag::kShifts;
  shifted.shifts = SyncEntry::Shifts{{1, 2, 3}, {4, 5, 6}};
  second.client.port = 41003;
  third.client.port = 41004;
  second.state = third.state = 5;
  second.flags = third.flags = sync_flag::kInactive;
  const std::vector<SyncEntry> entries{shifted, second, third};
  const Packet message = written(SyncVersion::v1, 9, entries);
  BOOST_TEST(
      hex(message) ==
      hex(from_hex(
          "00090090030100000006003e000006000001a02a00501f900000000000000309cb007109c000020ac6336401"
          "0118000000010000000200000003000000040000000500000006000000060024000001000005a02b00501f90"
          "0000000000000309cb007109c000020ac633640100060024000001000005a02c00501f900000000000000309"
          "cb007109c000020ac6336401")));
  BOOST_TEST((entries_of(message) == entries));
}

BOOST_AUTO_TEST_CASE(shifts_in_version_0) {
  SyncEntry first = plain_entry(), shifted = plain_entry(), third = plain_entry();
  first.client.port = 41007;
  shifted.client.port = 41008;
  shifted.flags = sync_flag::kShiftOut;
  shifted.shifts = SyncEntry::Shifts{{1, 2, 3}, {4, 5, 6}};
  third.client.port = 41009;
  std::vector<SyncEntry> entries{first, shifted, third};
  const Packet message = written(SyncVersion::v0, 9, entries);
  BOOST_TEST(
      hex(message) ==
      hex(from_hex(
          "030900640006a02f00501f90cb007109c000020ac6336401000000010006a03000501f90cb007109c000020a"
          "c6336401020000010100000002000000030000000400000005000000060000000006a03100501f90cb007109"
          "c000020ac633640100000001")));
  for (SyncEntry& entry : entries) entry.timeout = 0;  // version 0 has none
  BOOST_TEST((entries_of(message) == entries));
}

struct Mistake {
  const char* what;
  std::function<void(Packet&)> make;
  size_t read;  // of two entries
  std::optional<SyncProblem> problem, passed_over;
};

void fix_size(Packet& message) {
  store_be16(message.data() + 2, static_cast<uint16_t>(message.size()));
}

// Options of the first entry, which grows by them.
std::function<void(Packet&)> with_options(const std::string& digits) {
  return [options = from_hex(digits)](Packet& message) {
    Packet more = options;
    message[8 + 3] = static_cast<uint8_t>(36 + more.size());
    while (more.size() % 4 != 0) more.push_back(0);
    message.insert(message.begin() + 8 + 36, more.begin(), more.end());
    fix_size(message);
  };
}

// The counts are those of a Linux 6.1 backup.
BOOST_AUTO_TEST_CASE(malformed_messages) {
  using enum SyncProblem;
  const auto put = [](size_t at, uint8_t value) {
    return [at, value](Packet& message) { message[at] = value; };
  };
  const auto all = [](auto... steps) { return [=](Packet& message) { (steps(message), ...); }; };
  constexpr size_t kFirst = 8, kSecond = 8 + 36;
  const std::string name16(32, '6'), name17(34, '6');
  const Mistake mistakes[] = {
      {"none", [](Packet&) {}, 2, {}, {}},
      {"size field", [](Packet& m) { ++m[3]; }, 0, wrong_size, {}},
      {"three bytes", [](Packet& m) { m.resize(3); }, 0, no_header, {}},
      {"second entry cut", [](Packet& m) { m.pop_back(), fix_size(m); }, 1, entry_cut, {}},
      {"second entry's version", put(kSecond + 2, 0x10), 1, entry_version, {}},
      {"first entry's type", put(kFirst, 2), 0, entry_type, {}},
      {"IPv6 in an IPv4 entry", put(kFirst, 1), 0, entry_too_small, {}},
      {"first entry too small", put(kFirst + 3, 35), 0, entry_too_small, {}},
      {"second entry too small", put(kSecond + 3, 12), 1, entry_too_small, {}},
      {"second entry of no bytes", put(kSecond + 3, 0), 1, entry_too_small, {}},
      {"TCP state 10", put(kFirst + 9, 10), 2, {}, {}},
      {"TCP state 11", put(kFirst + 9, 11), 1, {}, state_unknown},
      {"GRE", put(kFirst + 1, 47), 1, {}, protocol_unknown},
      {"UDP state 1", put(kFirst + 1, 17), 1, {}, state_unknown},
      {"ESP state 0", all(put(kFirst + 1, 50), put(kFirst + 9, 0)), 2, {}, {}},
      {"SCTP state 13", all(put(kFirst + 1, 132), put(kFirst + 9, 13)), 2, {}, {}},
      {"SCTP state 14", all(put(kFirst + 1, 132), put(kFirst + 9, 14)), 1, {}, state_unknown},
      {"state 99 of a template", all(put(kFirst + 6, 0x10), put(kFirst + 9, 99)), 2, {}, {}},
      {"bytes behind", [](Packet& m) { m.push_back(1), fix_size(m); }, 2, {}, {}},
      {"one more counted", put(4, 3), 2, entry_cut, {}},
      {"spare byte", put(7, 1), 0, {}, {}},  // version 0 then, of no entries
      {"version 2", put(5, 2), 0, {}, {}},
      {"unknown option", with_options("09020101"), 1, {}, option_unknown},
      {"unknown option to pass over", with_options("49020101"), 2, {}, {}},
      {"option of no bytes", with_options("49000000"), 0, option_empty, {}},
      {"option of one byte", with_options("49"), 0, option_cut, {}},
      {"option too long", with_options("49030101"), 0, option_cut, {}},
      {"shifts of two bytes", with_options("01020101"), 0, shifts_size, {}},
      {"name of 16", with_options("0310" + name16), 2, {}, {}},
      {"name of 17", with_options("0311" + name17), 0, engine_name_large, {}},
      {"data without a name", with_options("02026162"), 1, {}, engine_incomplete},
      {"data and name", with_options("020261620303736970"), 2, {}, {}},
      {"data twice", with_options("02026162020261620303736970"), 0, option_twice, {}},
      {"name twice", with_options("0202616203037369700303736970"), 0, option_twice, {}},
  };
  for (const Mistake& mistake : mistakes) BOOST_TEST_CONTEXT(mistake.what) {
      Packet message = written(SyncVersion::v1, 9, {plain_entry(), plain_entry()});
      mistake.make(message);
      SyncReader reader(message);
      size_t read = 0;
      while (reader.next()) ++read;
      BOOST_TEST(read == mistake.read);
      BOOST_TEST((reader.problem() == mistake.problem));
      BOOST_TEST((reader.why_passed_over() == mistake.passed_over));
      BOOST_TEST(reader.passed_over() == (mistake.passed_over ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(every_problem_has_a_name) {
  for (size_t i = 0; i < static_cast<size_t>(SyncProblem::kCount); ++i)
    BOOST_TEST(!name_of(static_cast<SyncProblem>(i)).empty());
}

// In memory of exactly its size, for the sanitizers to watch.
BOOST_AUTO_TEST_CASE(cut_and_changed_anywhere) {
  Random random(5);
  for (const char* const original : {kMasterV1, kMasterV0}) {
    const Packet whole = from_hex(original);
    for (size_t size = 0; size < whole.size(); ++size) {
      Packet part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      if (size >= 4) fix_size(part);
      part.shrink_to_fit();
      SyncReader reader(part);
      while (reader.next()) continue;
      BOOST_TEST((reader.problem() || size < 8));
    }
    for (int i = 0; i < 3000; ++i) {
      Packet changed = whole;
      for (int j = 0; j < 3; ++j)
        changed[4 + random.below(changed.size() - 4)] = static_cast<uint8_t>(random.next());
      SyncReader reader(changed);
      size_t read = 0;
      while (reader.next()) ++read;
      BOOST_TEST(read <= 255U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_message_has_an_end) {
  SyncWriter writer(SyncVersion::v1, 1, 8 + 3 * 36);
  for (int i = 0; i < 3; ++i) BOOST_TEST(writer.append(plain_entry()));
  const Packet full(writer.bytes().begin(), writer.bytes().end());
  BOOST_TEST(!writer.append(plain_entry()));
  BOOST_TEST(hex(full) == hex({writer.bytes().begin(), writer.bytes().end()}));
  writer.restart();
  BOOST_TEST(writer.entries() == 0U);
  BOOST_TEST(writer.append(plain_entry()));
  // One entry is taken whatever the limit.
  SyncWriter tight(SyncVersion::v1, 1, 20);
  BOOST_TEST(tight.append(plain_entry()));
  BOOST_TEST(!tight.append(plain_entry()));
  // They are counted in a byte.
  SyncWriter wide(SyncVersion::v1, 1, 60000);
  for (int i = 0; i < 255; ++i) BOOST_TEST(wide.append(plain_entry()));
  BOOST_TEST(!wide.append(plain_entry()));
  // Version 0 has no IPv6.
  SyncEntry v6 = plain_entry();
  v6.client = end("[2001:db8::5]:1");
  SyncWriter old(SyncVersion::v0, 1, 1472);
  BOOST_TEST(old.append(v6));
  BOOST_TEST(old.entries() == 0U);
}

BOOST_AUTO_TEST_CASE(flags_that_are_not_sent) {
  SyncEntry entry = plain_entry();
  entry.flags = sync_flag::kHashed | sync_flag::kNoOutput;
  BOOST_TEST(entries_of(written(SyncVersion::v1, 1, {entry}))[0].flags == sync_flag::kNoOutput);
  BOOST_TEST(entries_of(written(SyncVersion::v0, 1, {entry}))[0].flags == sync_flag::kNoOutput);
}

}  // namespace
}  // namespace lvslab::director::test
