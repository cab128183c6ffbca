// Sequences by hand and hash picks by a second, plain implementation of each rule.

#include <algorithm>
#include <map>
#include <numeric>

#include "emulator/base/random.hh"
#include "emulator/director/scheduler.hh"
#include "emulator/director/siphash.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

// A service and its servers, called by letters: a is 198.51.100.1, b is .2 and so on.
struct Pool {
  Bench bench;
  std::string service = "-t 192.0.2.10:80";
  uint16_t next_port = 1024;

  Pool(const std::string& scheduler, const std::string& weights_in_order_of_adding) {
    bench.rules({("-A " + service + " -s " + scheduler).c_str()});
    std::string word;
    for (const char c : weights_in_order_of_adding + " ") {
      if (c != ' ') word += c;
      if (c != ' ' || word.empty()) continue;
      add(word[0], word.substr(1));
      word.clear();
    }
  }
  static std::string real(char name) { return "198.51.100." + std::to_string(name - 'a' + 1); }
  void run(const std::string& line) { bench.rules({line.c_str()}); }
  void add(char name, const std::string& weight, const std::string& more = "") {
    run("-a " + service + " -r " + real(name) + " -g -w " + weight + more);
  }
  void edit(char name, const std::string& weight, const std::string& more = "") {
    run("-e " + service + " -r " + real(name) + " -g -w " + weight + more);
  }
  void remove(char name) { run("-d " + service + " -r " + real(name)); }

  char pick(const std::string& client) {
    const std::string server = bench.server_of(tcp_packet(client, "192.0.2.10:80", "S"));
    return server.empty() ? '-' : static_cast<char>('a' + std::stoi(server.substr(11)) - 1);
  }
  std::string picks(int count) {
    std::string letters;
    for (int i = 0; i < count; ++i) letters += pick("203.0.113.5:" + std::to_string(next_port++));
    return letters;
  }
};

BOOST_AUTO_TEST_CASE(round_robin) {
  Pool pool("rr", "a1 b1 c1");
  BOOST_TEST(pool.picks(7) == "cbacbac");  // the one added last is first
  pool.edit('b', "0");
  BOOST_TEST(pool.picks(4) == "acac");
  pool.add('d', "1");  // at the head; the position stays at c
  BOOST_TEST(pool.picks(4) == "adca");
  pool.edit('b', "3");
  BOOST_TEST(pool.picks(4) == "dcba");
  pool.picks(3);     // d c b
  pool.remove('b');  // its predecessor c takes its place
  BOOST_TEST(pool.picks(3) == "adc");
  pool.remove('d');
  BOOST_TEST(pool.picks(3) == "aca");
  pool.run("-E -t 192.0.2.10:80 -s wlc");
  pool.run("-E -t 192.0.2.10:80 -s rr");
  BOOST_TEST(pool.picks(2) == "ca");
  pool.edit('a', "0");
  BOOST_TEST(pool.picks(3) == "ccc");
  pool.edit('c', "0");
  BOOST_TEST(pool.picks(2) == "--");
}

BOOST_AUTO_TEST_CASE(round_robin_over_nobody) {
  Pool pool("rr", "");
  BOOST_TEST(pool.picks(2) == "--");
  pool.add('a', "1");
  pool.picks(1);
  pool.remove('a');
  BOOST_TEST(pool.picks(1) == "-");
  pool.add('b', "1");
  BOOST_TEST(pool.picks(2) == "bb");
}

BOOST_AUTO_TEST_CASE(weighted_round_robin) {
  // List c2 b3 a4: divisor 1, demands 4 3 2 1. a alone had divisor 4 and so demand 1, which stands.
  Pool pool("wrr", "a4 b3 c2");
  BOOST_TEST(pool.picks(18) ==
             "cba"
             "a"
             "ba"
             "cba"
             "cba"
             "a"
             "ba"
             "cba");
  // List b2 a4: divisor 2, demands 3 and 1, the latter first.
  Pool even("wrr", "a4 b2");
  BOOST_TEST(even.picks(6) ==
             "ba"
             "a"
             "ba"
             "a");
  // List b4 a3: a alone 1; then divisor 1, demands 4 3 2 1.
  Pool odd("wrr", "a3 b4");
  BOOST_TEST(odd.picks(9) ==
             "ba"
             "b"
             "ba"
             "ba"
             "ba");
  Pool equal("wrr", "a5 b5 c5");
  BOOST_TEST(equal.picks(6) == "cbacba");
  Pool none("wrr", "a0 b0");
  BOOST_TEST(none.picks(2) == "--");
  none.edit('a', "1");
  BOOST_TEST(none.picks(2) == "aa");
}

BOOST_AUTO_TEST_CASE(weighted_round_robin_restarts_at_the_head_on_change) {
  Pool pool("wrr", "a1 b1 c1");
  BOOST_TEST(pool.picks(2) == "cb");
  pool.edit('a', "1");
  BOOST_TEST(pool.picks(3) == "cba");
  // List c3 b1 a1 now: the demand stays 1 for the round that is going on.
  pool.edit('c', "3");
  BOOST_TEST(pool.picks(8) == "cbacccba");
}

// The largest weight there is, of a server that has all it takes: as with a small one, and at once.
BOOST_AUTO_TEST_CASE(weighted_round_robin_passes_over_rounds_that_nobody_serves) {
  const auto chosen = [](const std::string& weight) {
    Bench bench;
    bench.rules({"-A -t 192.0.2.10:80 -s wrr", "-a -t 192.0.2.10:80 -m -r 198.51.100.1:80 -w 1",
                 ("-a -t 192.0.2.10:80 -m -r 198.51.100.2:80 -x 1 -w " + weight).c_str(),
                 "-a -t 192.0.2.10:80 -m -r 198.51.100.3:80 -w 2"});
    std::string all;
    for (int i = 1; i <= 9; ++i)
      all += bench.server_of(tcp_packet("203.0.113.5:" + std::to_string(i), "192.0.2.10:80", "S"))
                 .back();
    return all;
  };
  BOOST_TEST(chosen("2147483647") == chosen("7"));
  BOOST_TEST(chosen("7") == "321331331");
}

BOOST_AUTO_TEST_CASE(weighted_round_robin_tries_all_before_it_gives_up) {
  // b is overloaded with its first connection; a has weight 1, far below b's.
  Pool pool("wrr", "a1");
  pool.add('b', "100", " -x 1");
  BOOST_TEST(pool.picks(4) == "baaa");
  pool.edit('a', "1", " -x 1");  // clears what overload there is: one more gets in
  BOOST_TEST(pool.picks(3) == "a--");
}

BOOST_AUTO_TEST_CASE(least_connection) {
  // SYN_RECV counts as active: each pick adds one to its server.
  Pool pool("lc", "a1 b1 c5");
  BOOST_TEST(pool.picks(6) == "cbacba");
  pool.edit('c', "0");
  BOOST_TEST(pool.picks(2) == "ba");
}

BOOST_AUTO_TEST_CASE(weighted_least_connection) {
  // List b1 a3. Loads per weight before each pick, b:a = 0:0, 1:0, 1:1/3, 1:2/3, 1:1, 2:1 ...
  Pool pool("wlc", "a3 b1");
  BOOST_TEST(pool.picks(8) == "baaabaaa");
}

BOOST_AUTO_TEST_CASE(shortest_expected_delay) {
  // (active+1)/weight, b:a = 1:1/3, 1:2/3, 1:1 (b is first), 2:1, 2:4/3, 2:5/3, 2:2 (b)
  Pool pool("sed", "a3 b1");
  BOOST_TEST(pool.picks(8) == "aabaaaba");
}

BOOST_AUTO_TEST_CASE(never_queue) {
  // b idle, a idle, then as sed: b:a = 2:2/3, 2:1, 2:4/3, 2:5/3, 2:2 (b)
  Pool pool("nq", "a3 b1");
  BOOST_TEST(pool.picks(8) == "baaaaaba");
}

BOOST_AUTO_TEST_CASE(fail_over_and_overflow) {
  Pool fail_over("fo", "a1 b3 c3");
  BOOST_TEST(fail_over.picks(3) == "ccc");
  fail_over.edit('c', "0");
  BOOST_TEST(fail_over.picks(2) == "bb");
  // Until active connections exceed the weight: b 3 times (0, 1, 2 active), then a 2 times.
  Pool overflow("ovf", "a1 b2");
  BOOST_TEST(overflow.picks(6) == "bbbaa-");
}

BOOST_AUTO_TEST_CASE(inactive_connections_count_little) {
  // 255 inactive are less than 1 active (<< 8), 257 more.
  RealServers servers;
  for (int i = 0; i < 2; ++i) {
    servers.push_back(std::make_unique<RealServer>());
    servers.back()->rule.weight = 1;
  }
  const auto lc = make_scheduler(ipvs::Scheduler::lc);
  servers[0]->active = 1;
  servers[1]->inactive = 255;
  BOOST_TEST((lc->schedule(servers, {}) == servers[1].get()));
  servers[1]->inactive = 256;
  BOOST_TEST((lc->schedule(servers, {}) == servers[0].get()));  // a tie: the first
  servers[1]->inactive = 257;
  BOOST_TEST((lc->schedule(servers, {}) == servers[0].get()));
  // Products beyond 32 bits.
  const auto wlc = make_scheduler(ipvs::Scheduler::wlc);
  servers[0]->rule.weight = servers[1]->rule.weight = 0x7fffffff;
  servers[0]->active = 1000;
  servers[1]->active = 999;
  servers[1]->inactive = 0;
  BOOST_TEST((wlc->schedule(servers, {}) == servers[1].get()));
}

// --- hashes, written a second time, as plainly as possible ---

struct Server {
  char name;
  uint32_t weight;
};
using List = std::vector<Server>;  // newest first, as the kernel has it

uint32_t number(const std::string& text) {
  uint32_t parts[4];
  std::sscanf(text.c_str(), "%u.%u.%u.%u", &parts[0], &parts[1], &parts[2], &parts[3]);
  return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];
}

uint32_t plain_hash8(uint64_t value) {
  return static_cast<uint32_t>(((value * 0x61C88647) & 0xffffffff) >> 24);
}

char plain_sh(const List& list, const std::string& client, uint32_t port, bool fallback) {
  std::string buckets;
  while (buckets.size() < 256)
    for (const Server& server : list) buckets.append(std::max(1U, server.weight), server.name);
  std::map<char, uint32_t> weight;
  for (const Server& server : list) weight[server.name] = server.weight;
  const uint32_t hash = plain_hash8((uint64_t{number(client)} + port) & 0xffffffff);
  if (weight[buckets[hash]] > 0) return buckets[hash];
  for (uint32_t o = 0; fallback && o < 256; ++o) {
    const char name = buckets[((o + hash) % 256 + hash) % 256];
    if (weight[name] > 0) return name;
  }
  return '-';
}

// SipHash-1-3 over bytes, from the paper's description.
uint64_t plain_siphash13(uint64_t k0, uint64_t k1, const std::vector<uint8_t>& message) {
  uint64_t v0 = k0 ^ 0x736f6d6570736575, v1 = k1 ^ 0x646f72616e646f6d;
  uint64_t v2 = k0 ^ 0x6c7967656e657261, v3 = k1 ^ 0x7465646279746573;
  const auto rotate = [](uint64_t x, int b) { return x << b | x >> (64 - b); };
  const auto round = [&] {
    v0 += v1, v2 += v3;
    v1 = rotate(v1, 13), v3 = rotate(v3, 16);
    v1 ^= v0, v3 ^= v2;
    v0 = rotate(v0, 32);
    v2 += v1, v0 += v3;
    v1 = rotate(v1, 17), v3 = rotate(v3, 21);
    v1 ^= v2, v3 ^= v0;
    v2 = rotate(v2, 32);
  };
  std::vector<uint8_t> padded = message;
  while (padded.size() % 8 != 7) padded.push_back(0);
  padded.push_back(static_cast<uint8_t>(message.size()));
  for (size_t i = 0; i < padded.size(); i += 8) {
    uint64_t word = 0;
    for (size_t j = 0; j < 8; ++j) word |= uint64_t{padded[i + j]} << (8 * j);
    v3 ^= word;
    round();
    v0 ^= word;
  }
  v2 ^= 0xff;
  round(), round(), round();
  return v0 ^ v1 ^ v2 ^ v3;
}

uint32_t plain_mh_hash(uint64_t key, uint64_t value) {
  const auto v = static_cast<uint32_t>(value);
  const auto byte = [v](int shift) { return static_cast<uint8_t>(v >> shift); };
  return static_cast<uint32_t>(plain_siphash13(key, key, {byte(0), byte(8), byte(16), byte(24)}));
}

constexpr uint32_t kM = 4093;
constexpr uint64_t kKey1 = 2654435761, kKey2 = 2654446892;

std::string plain_mh_table(const List& list, uint32_t port) {
  std::string table(kM, ' ');
  uint32_t gcd = 0, most = 0;
  for (const Server& server : list)
    gcd = std::gcd(gcd, server.weight), most = std::max(most, server.weight);
  if (gcd == 0) return "";
  int bits = 0;
  for (uint32_t w = most / gcd; w; w /= 2) ++bits;
  const int shift = std::max(0, bits - 6);
  std::map<char, uint32_t> step;
  for (size_t filled = 0; filled < kM;)
    for (const Server& server : list) {
      uint32_t turns = (server.weight / gcd) >> shift;
      if (turns == 0 && server.weight != 0) turns = 1;
      const uint64_t base = number(Pool::real(server.name)) + uint64_t{port};
      const uint32_t offset = plain_mh_hash(kKey1, base) % kM;
      const uint32_t skip = plain_mh_hash(kKey2, base) % (kM - 1) + 1;
      for (uint32_t turn = 0; turn < turns && filled < kM; ++turn) {
        uint64_t place;
        do place = (offset + uint64_t{step[server.name]++} * skip) % kM;
        while (table[place] != ' ');
        table[place] = server.name;
        ++filled;
      }
    }
  return table;
}

char plain_mh(const std::string& table, const std::string& dead, const std::string& client,
              uint32_t port, bool fallback) {
  if (table.empty()) return '-';
  const uint64_t base = uint64_t{number(client)} + port;
  const uint32_t first = plain_mh_hash(kKey1, base) % kM;
  if (dead.find(table[first]) == std::string::npos) return table[first];
  for (uint32_t o = 0; fallback && o < kM; ++o) {
    const char name = table[plain_mh_hash(kKey1, base + (o + first) % kM) % kM];
    if (dead.find(name) == std::string::npos) return name;
  }
  return '-';
}

std::string random_client(Random& random) {
  return "203.0." + std::to_string(random.below(256)) + "." + std::to_string(random.below(256));
}

BOOST_AUTO_TEST_CASE(siphash_reference) {
  const SipHash13 hash(kKey1, kKey1);
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<uint32_t>(random.next());
    BOOST_TEST(hash(value) == plain_mh_hash(kKey1, value));
  }
}

BOOST_AUTO_TEST_CASE(source_hash) {
  Random random(1);
  for (const char* flags : {"", " -b sh-port", " -b sh-fallback", " -b sh-port,sh-fallback"}) {
    Pool pool(std::string("sh") + flags, "a1 b3 c0 d2");
    const List list{{'d', 2}, {'c', 0}, {'b', 3}, {'a', 1}};
    const bool port = std::string(flags).find("port") != std::string::npos;
    const bool fallback = std::string(flags).find("fallback") != std::string::npos;
    std::map<char, int> seen;
    for (uint32_t i = 0; i < 500; ++i) {
      const std::string client = random_client(random);
      const char expected = plain_sh(list, client, port ? 1024 + i : 0, fallback);
      BOOST_TEST_CONTEXT(client << flags)
      BOOST_TEST(pool.pick(client + ":" + std::to_string(1024 + i)) == expected);
      ++seen[expected];
    }
    BOOST_TEST((seen['-'] > 0) == !fallback);
    BOOST_TEST(seen['b'] > seen['a']);
  }
}

BOOST_AUTO_TEST_CASE(literal_hash_vectors) {
  // 0x0a000001 * 0x61c88647 = 0x3d1d53f'27c88647; upper byte of the low word 0x27 = 39.
  BOOST_TEST(plain_hash8(0x0a000001) == 0x27U);
  // List b a, weight 1: even buckets b, odd ones a.
  Pool sh("sh", "a1 b1");
  BOOST_TEST(sh.pick("10.0.0.1:1000") == 'a');
  // 192.0.2.10: 0xc000020a * 0x61c88647 = 0x4956657c'a2e1ccc6: bucket 0xa2 = 162, and 162 % 3 = 0.
  BOOST_TEST(plain_hash8(0xc000020a) == 0xa2U);
  Pool dh("dh", "a1 b1 c1");
  BOOST_TEST(dh.pick("203.0.113.1:1000") == 'c');  // list c b a
}

BOOST_AUTO_TEST_CASE(destination_hash_ignores_weight_and_client) {
  Pool pool("dh", "a1 b9 c1");
  const char chosen = std::string("cba")[plain_hash8(number("192.0.2.10")) % 3];
  Random random(2);
  for (int i = 0; i < 50; ++i) BOOST_TEST(pool.pick(random_client(random) + ":99") == chosen);
  pool.edit(chosen, "0");
  BOOST_TEST(pool.pick("203.0.113.77:99") == '-');
}

BOOST_AUTO_TEST_CASE(maglev_hash) {
  Random random(3);
  for (const char* flags : {"", " -b mh-port", " -b mh-fallback", " -b mh-port,mh-fallback"}) {
    Pool pool(std::string("mh") + flags, "a1 b300 c0 d50");
    const std::string table = plain_mh_table({{'d', 50}, {'c', 0}, {'b', 300}, {'a', 1}}, 80);
    const bool port = std::string(flags).find("port") != std::string::npos;
    const bool fallback = std::string(flags).find("fallback") != std::string::npos;
    const auto check = [&](const std::string& dead, uint32_t count) {
      for (uint32_t i = 0; i < count; ++i) {
        const std::string client = random_client(random);
        const char expected = plain_mh(table, dead, client, port ? 1024 + i : 0, fallback);
        BOOST_TEST_CONTEXT(client << flags << " without " << dead)
        BOOST_TEST(pool.pick(client + ":" + std::to_string(1024 + i)) == expected);
      }
    };
    check("", 300);
    pool.edit('b', "0");  // keeps its places
    check("b", 300);
    pool.edit('b', "300");
    check("", 100);
  }
}

BOOST_AUTO_TEST_CASE(maglev_moves_few_clients) {
  Pool before("mh", "a1 b1 c1 d1 e1");
  Pool after("mh", "a1 b1 d1 e1");
  int moved = 0;
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const std::string client = random_client(random) + ":1000";
    const char was = before.pick(client);
    if (was != 'c' && was != after.pick(client)) ++moved;
  }
  BOOST_TEST(moved < 100);
}

// Of an IPv6 server behind an IPv4 service the first word counts.
BOOST_AUTO_TEST_CASE(maglev_takes_the_first_word_of_another_family) {
  const auto chosen = [](const char* first, const char* second) {
    Bench bench;
    bench.rules({"-A -t 192.0.2.10:80 -s mh",
                 (std::string("-a -t 192.0.2.10:80 -i -r ") + first).c_str(),
                 (std::string("-a -t 192.0.2.10:80 -i -r ") + second).c_str()});
    std::string all;
    for (int i = 1; i <= 50; ++i) {
      const auto client = "203.0.113." + std::to_string(i) + ":1000";
      const auto server = bench.server_of(tcp_packet(client, "192.0.2.10:80", "S"));
      all += server == "2001:db8:2::1" ? 'a' : 'b';
    }
    return all;
  };
  const auto alike = chosen("[2001:db8:2::1]:80", "[2001:db8:2::2]:80");
  BOOST_TEST(alike == chosen("[2001:db8:2::1]:80", "[2001:db8:ffff::9]:80"));
  BOOST_TEST(alike != chosen("[2001:db8:2::1]:80", "[2001:db9:2::2]:80"));
}

BOOST_AUTO_TEST_CASE(maglev_without_weights_has_no_table) {
  Pool pool("mh -b mh-fallback", "a0 b0");
  BOOST_TEST(pool.pick("203.0.113.1:1") == '-');
  pool.edit('a', "1");
  BOOST_TEST(pool.pick("203.0.113.1:1") == 'a');
}

}  // namespace
}  // namespace lvslab::director::test
