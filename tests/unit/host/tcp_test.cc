// The TCP server against a client driven by hand, segment by segment, and against one that loses
// any one segment of a dialogue.

#include <functional>

#include "emulator/host/identity.hh"
#include "steps.hh"

namespace lvslab::host::test {

namespace {

using Tins::TCP;
constexpr uint8_t kS = TCP::SYN, kA = TCP::ACK, kF = TCP::FIN, kR = TCP::RST, kP = TCP::PSH;

const std::string kRequest = "GET / HTTP/1.0\r\n\r\n";

TcpHandler answers(size_t size, bool close = true) {
  return [=](const Conversation&, std::string_view received) -> std::optional<TcpReply> {
    if (!identity_request_complete(received)) return {};
    std::string bytes(size, 'r');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 26);
    return TcpReply{bytes, close};
  };
}

// A segment that came out, with its IP header.
struct Seen {
  Sent sent;
  TCP tcp;
  std::string payload;
};

struct Client {
  explicit Client(TcpHandler handler, HostConfig config = two_legs()) : steps(std::move(config)) {
    introduce_all(steps);
    steps.host.listen_tcp(80, std::move(handler));
  }

  TCP segment(uint8_t flags) const {
    TCP tcp(80, port);
    tcp.flags(flags);
    tcp.seq(next);
    tcp.ack_seq(flags & kA ? expected : 0);
    tcp.window(window);
    return tcp;
  }
  void send(const TCP& tcp, const std::string& payload = "") {
    auto whole = to_eth0() / packet("192.0.2.9", "203.0.113.80") / tcp;
    if (!payload.empty()) whole /= text(payload);
    steps.in(0, whole);
  }
  // As the client's state has it; what is sent advances it.
  void send(uint8_t flags, const std::string& payload = "") {
    send(segment(flags), payload);
    next += static_cast<uint32_t>(payload.size()) + ((flags & (kS | kF)) ? 1 : 0);
  }
  // The next segment out: always with the right ends and good checksums.
  Seen out() {
    Seen seen{steps.out(), {}, {}};
    seen.tcp = seen.sent.as<TCP>();
    const auto* raw = seen.tcp.find_pdu<Tins::RawPDU>();
    if (raw) seen.payload.assign(raw->payload().begin(), raw->payload().end());
    BOOST_TEST((seen.sent.ip().source() == ip("203.0.113.80")));
    BOOST_TEST((seen.sent.ip().destination() == ip("192.0.2.9")));
    BOOST_TEST(seen.sent.ip().dont_fragment());
    BOOST_TEST(checksums_good(seen.sent));
    BOOST_TEST(seen.tcp.sport() == 80);
    BOOST_TEST(seen.tcp.dport() == port);
    return seen;
  }
  Seen out(uint8_t flags) {
    const Seen seen = out();
    BOOST_TEST(int{seen.tcp.flags()} == int{flags});
    return seen;
  }
  // In order: it is taken and the next ACK will say so.
  Seen take(uint8_t flags) {
    Seen seen = out(flags);
    BOOST_TEST(seen.tcp.seq() == expected);
    expected += static_cast<uint32_t>(seen.payload.size()) + ((flags & (kS | kF)) ? 1 : 0);
    got += seen.payload;
    return seen;
  }
  void connect(uint16_t mss = 1460) {
    TCP syn = segment(kS);
    if (mss) syn.mss(mss);
    send(syn);
    ++next;
    const Seen answer = out(kS | kA);
    BOOST_TEST(answer.tcp.ack_seq() == next);
    expected = answer.tcp.seq() + 1;
    steps.nothing_else();
    send(kA);
    steps.nothing_else();
  }

  Steps steps;
  uint16_t port = 40000;
  uint32_t next = 1000;
  uint32_t expected = 0;
  uint16_t window = 64240;
  std::string got;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tcp)

BOOST_AUTO_TEST_CASE(a_whole_dialogue) {
  Client client(answers(40));
  TCP syn = client.segment(kS);
  syn.mss(1400);
  client.send(syn);
  ++client.next;
  const Seen answer = client.out(kS | kA);
  BOOST_TEST(answer.tcp.mss() == 1460);
  BOOST_TEST(answer.tcp.ack_seq() == 1001U);
  client.expected = answer.tcp.seq() + 1;
  client.send(kA);
  client.steps.nothing_else();
  client.send(kP | kA, "GET / HTTP/1.0\r\n");
  BOOST_TEST(client.take(kA).tcp.ack_seq() == client.next);  // half a request: an ACK, no more
  client.steps.nothing_else();
  client.send(kP | kA, "\r\n");
  BOOST_TEST(client.take(kP | kA).tcp.ack_seq() == client.next);
  client.take(kF | kA);
  client.steps.nothing_else();
  BOOST_TEST(client.got.size() == 40U);
  client.send(kA);
  client.steps.nothing_else();
  client.send(kF | kA);
  BOOST_TEST(client.take(kA).tcp.ack_seq() == client.next);
  client.steps.nothing_else();
  // TIME-WAIT: the FIN again is acknowledged again; a minute later the connection is gone.
  client.next -= 1;
  client.send(kF | kA);
  client.out(kA);
  client.steps.pass(seconds(59));
  BOOST_TEST(client.steps.host.tcp_connections() == 1U);
  client.steps.pass(seconds(1));
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);
  BOOST_TEST((client.steps.host.next_deadline() == kNever));
  client.steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(the_client_may_close_first) {
  Client client(answers(40, false));
  client.connect();
  client.send(kP | kA, kRequest);
  client.take(kP | kA);
  client.send(kF | kA);
  client.take(kF | kA);
  client.steps.nothing_else();
  client.send(kA);
  client.steps.nothing_else();
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);  // LAST-ACK needs no TIME-WAIT
}

BOOST_AUTO_TEST_CASE(request_and_fin_in_one_segment) {
  Client client(answers(40));
  client.connect();
  client.send(client.segment(kP | kF | kA), kRequest);
  client.next += static_cast<uint32_t>(kRequest.size()) + 1;
  BOOST_TEST(client.take(kP | kA).tcp.ack_seq() == client.next);
  client.take(kF | kA);
  client.send(kA);
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);
}

BOOST_AUTO_TEST_CASE(resets_for_what_nobody_knows) {
  // RFC 9293, 3.10.7.1.
  Client client(answers(1));
  TCP syn = client.segment(kS);
  syn.dport(81);
  client.send(syn);
  Sent reset = client.steps.out();
  BOOST_TEST(int{reset.as<TCP>().flags()} == (kR | kA));
  BOOST_TEST(reset.as<TCP>().seq() == 0U);
  BOOST_TEST(reset.as<TCP>().ack_seq() == 1001U);
  BOOST_TEST(checksums_good(reset));
  client.expected = 7777;
  client.send(client.segment(kA), "stray");
  reset = client.steps.out();
  BOOST_TEST(int{reset.as<TCP>().flags()} == int{kR});
  BOOST_TEST(reset.as<TCP>().seq() == 7777U);
  TCP fin = client.segment(kF);
  client.send(fin, "abc");
  BOOST_TEST(client.steps.out().as<TCP>().ack_seq() == 1000U + 3 + 1);
  client.send(client.segment(kR));  // a reset is not answered
  client.steps.dropped(DropReason::no_tcp_listener, 4);
}

BOOST_AUTO_TEST_CASE(wrong_segments_are_dropped) {
  Client client(answers(1));
  auto frame = (to_eth0() / packet("192.0.2.9", "203.0.113.80") / client.segment(kS)).serialize();
  frame[14 + 20 + 16] ^= 1;
  client.steps.in(0, frame).dropped(DropReason::bad_tcp);
  // The same with a checksum left to the device is taken.
  wire::Frame partial = wire::Frame::copy_of(frame);
  partial.set_offload({true, 14 + 20, 16, wire::Segmentation::none, 0});
  client.steps.in(0, std::move(partial));
  client.out(kS | kA);
  frame = (to_eth0() / packet("192.0.2.9", "203.0.113.80") / client.segment(kS)).serialize();
  frame[14 + 20 + 12] = 0x40;  // data offset of 16 bytes
  client.steps.in(0, frame).dropped(DropReason::bad_tcp, 2);
}

BOOST_AUTO_TEST_CASE(resets_end_a_connection_only_when_exact) {
  Client client(answers(1));
  client.connect();
  TCP reset = client.segment(kR);
  reset.seq(client.next + 5);
  client.send(reset);
  BOOST_TEST(client.out(kA).tcp.ack_seq() == client.next);  // challenge (RFC 5961)
  BOOST_TEST(client.steps.host.tcp_connections() == 1U);
  client.send(client.segment(kR));
  client.steps.nothing_else();
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);
}

BOOST_AUTO_TEST_CASE(out_of_order_is_dropped_with_the_last_ack) {
  Client client(answers(10));
  client.connect();
  TCP later = client.segment(kP | kA);
  later.seq(client.next + 4);
  client.send(later, kRequest.substr(4));
  BOOST_TEST(client.out(kA).tcp.ack_seq() == client.next);
  client.steps.dropped(DropReason::tcp_out_of_order);
  client.send(client.segment(kP | kA), kRequest.substr(0, 4));
  client.next += 4;
  client.take(kA);
  // Overlapping what came before is fine: its new part counts.
  TCP overlap = client.segment(kP | kA);
  overlap.seq(client.next - 4);
  client.send(overlap, kRequest);
  client.next += static_cast<uint32_t>(kRequest.size()) - 4;
  BOOST_TEST(client.take(kP | kA).tcp.ack_seq() == client.next);
}

BOOST_AUTO_TEST_CASE(before_the_window_is_acknowledged_and_dropped) {
  Client client(answers(10));
  client.connect();
  TCP old = client.segment(kP | kA);
  old.seq(client.next - 100);
  client.send(old, "old");
  BOOST_TEST(client.out(kA).tcp.ack_seq() == client.next);
  client.steps.dropped(DropReason::tcp_out_of_window);
}

BOOST_AUTO_TEST_CASE(the_peers_mss_and_ours_bound_segments) {
  struct Case {
    uint16_t announced;  // 0: none
    uint32_t mtu;
    size_t expected;
  };
  for (const Case& c : {Case{1460, 1500, 1460},
                        {1000, 1500, 1000},
                        {0, 1500, 536},
                        {9000, 1500, 1460},
                        {1460, 1480, 1440}})
    BOOST_TEST_CONTEXT("announced " << c.announced << " mtu " << c.mtu) {
      HostConfig config = two_legs();
      config.interfaces[0].mtu = c.mtu;
      Client client(answers(5000), config);
      client.connect(c.announced);
      client.send(kP | kA, kRequest);
      BOOST_TEST(client.take(kA).payload.size() == c.expected);
    }
}

BOOST_AUTO_TEST_CASE(sixty_four_kilobytes_and_more) {
  Client client(answers(300000));
  client.connect();
  client.send(kP | kA, kRequest);
  size_t rounds = 0;
  while (client.got.size() < 300000 && ++rounds < 1000) {
    uint32_t under_way = 0;
    while (client.steps.waiting() > 0) {
      const Seen seen = client.out();
      if (seen.tcp.flags() & kF) break;
      BOOST_TEST(seen.tcp.seq() == client.expected);
      client.expected += static_cast<uint32_t>(seen.payload.size());
      client.got += seen.payload;
      under_way += static_cast<uint32_t>(seen.payload.size());
    }
    BOOST_TEST(under_way <= client.window);
    client.send(kA);
  }
  BOOST_TEST(client.got.size() == 300000U);
  for (size_t i = 0; i < client.got.size(); i += 997)
    BOOST_TEST(client.got[i] == static_cast<char>('a' + i % 26));
}

BOOST_AUTO_TEST_CASE(the_peers_window_is_respected_and_probed) {
  Client client(answers(5000));
  client.window = 2000;
  client.connect();
  client.send(kP | kA, kRequest);
  BOOST_TEST(client.take(kA).payload.size() == 1460U);
  BOOST_TEST(client.take(kA).payload.size() == 540U);
  client.steps.nothing_else();
  client.window = 0;
  client.send(kA);
  client.steps.nothing_else();
  client.steps.pass(seconds(1));
  BOOST_TEST(client.take(kA).payload.size() == 1U);  // a probe
  client.steps.nothing_else();
  client.window = 64240;
  client.send(kA);
  while (client.steps.waiting() > 0 && client.got.size() < 5000) {
    const Seen seen = client.out();
    BOOST_TEST(seen.tcp.seq() == client.expected);
    client.expected += static_cast<uint32_t>(seen.payload.size());
    client.got += seen.payload;
    client.send(kA);
  }
  BOOST_TEST(client.got.size() == 5000U);
}

BOOST_AUTO_TEST_CASE(retransmissions_are_bounded) {
  Client client(answers(10));
  client.send(kS);
  const Seen first = client.out(kS | kA);
  std::vector<double> times;
  while (client.steps.host.next_deadline() != kNever) {
    client.steps.pass(client.steps.host.next_deadline() - client.steps.now);
    if (client.steps.waiting() == 0) break;
    BOOST_TEST(client.out(kS | kA).tcp.seq() == first.tcp.seq());
    times.push_back(to_seconds(client.steps.now.time_since_epoch()));
  }
  BOOST_TEST(times == (std::vector<double>{1, 3, 7, 15, 31, 63}), boost::test_tools::per_element());
  client.steps.dropped(DropReason::tcp_gave_up);
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);
}

BOOST_AUTO_TEST_CASE(silence_ends_a_connection) {
  Client client(answers(10));
  client.connect();
  client.steps.pass(seconds(119));
  client.steps.nothing_else();
  client.steps.pass(seconds(1));
  client.out(kR | kA);
  client.steps.dropped(DropReason::tcp_gave_up);
}

BOOST_AUTO_TEST_CASE(endless_requests_are_reset) {
  Client client([](const Conversation&, std::string_view) { return std::nullopt; });
  client.connect();
  for (int n = 0; n < 300 && client.steps.host.tcp_connections() == 1; ++n) {
    client.send(kA, std::string(1024, 'x'));
    client.out();
  }
  client.steps.dropped(DropReason::tcp_request_too_long);
  BOOST_TEST(client.steps.host.tcp_connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_syn_takes_over_from_time_wait) {
  Client client(answers(40));
  client.connect();
  client.send(kP | kA, kRequest);
  client.take(kP | kA);
  client.take(kF | kA);
  client.send(kF | kA);
  client.take(kA);
  // An old duplicate does not.
  TCP old = client.segment(kS);
  old.seq(1000);
  client.send(old);
  client.out(kA);
  client.next += 70000;
  client.connect();
  client.send(kP | kA, kRequest);
  client.take(kP | kA);
}

BOOST_AUTO_TEST_CASE(the_table_is_bounded_and_time_wait_makes_room) {
  Client client(answers(1));
  const auto syn_from = [&](size_t n) {
    client.port = static_cast<uint16_t>(10000 + n);
    client.send(client.segment(kS));
  };
  client.port = 9999;
  client.connect();
  client.send(kP | kA, kRequest);
  client.take(kP | kA);
  client.take(kF | kA);
  client.send(kF | kA);
  client.take(kA);  // one in TIME-WAIT
  client.next = 1000;
  for (size_t n = 0; n < kTcpConnectionBound; ++n) {
    syn_from(n);
    client.out(kS | kA);
  }
  BOOST_TEST(client.steps.host.tcp_connections() == kTcpConnectionBound);
  syn_from(kTcpConnectionBound);
  client.steps.dropped(DropReason::tcp_table_full);
}

BOOST_AUTO_TEST_CASE(fragmentation_needed_makes_segments_smaller) {
  Client client(answers(3000, false));
  client.connect();
  client.send(kP | kA, kRequest);
  const Seen large = client.out(kA);
  BOOST_TEST(large.payload.size() == 1460U);
  client.out();
  client.out();
  client.steps.nothing_else();
  Tins::ICMP error(Tins::ICMP::DEST_UNREACHABLE);
  error.code(4);
  error.mtu(1000);
  const Bytes quoted = large.sent.packet().first(48);
  client.steps.in(0, to_eth0(kGateway) / packet("198.51.100.7", "203.0.113.80") / error /
                         Tins::RawPDU(quoted.data(), static_cast<uint32_t>(quoted.size())));
  const Seen again = client.out();
  BOOST_TEST(again.payload.size() == 960U);
  BOOST_TEST(again.tcp.seq() == large.tcp.seq());
}

namespace {

// A client that goes on by itself, with a timer of its own, over a wire that loses the n-th segment
// of one direction.
struct LossyRun {
  LossyRun(size_t lost_to_server, size_t lost_to_client)
      : client(answers(4000)), lost_in(lost_to_server), lost_out(lost_to_client) {}

  void say(uint8_t flags, uint32_t sequence, const std::string& payload = "") {
    if (++sent_in == lost_in) return;
    TCP tcp = client.segment(flags);
    tcp.seq(sequence);
    if (flags & kS) tcp.mss(1460);
    client.send(tcp, payload);
  }
  void speak() {  // whatever is not yet acknowledged
    if (client.expected == 0)
      say(kS, 1000);
    else if (acknowledged < 1001 + kRequest.size())
      say(kP | kA, 1001, kRequest);
    else if (finished && acknowledged < 1002 + kRequest.size())
      say(kF | kA, static_cast<uint32_t>(1001 + kRequest.size()));
  }
  void hear() {
    const Seen seen = client.out();
    if (++sent_out == lost_out) return;
    const bool new_end = seen.tcp.seq() == client.expected || client.expected == 0;
    acknowledged = std::max(acknowledged, seen.tcp.ack_seq());
    if (seen.tcp.flags() & kS) {
      const bool first = client.expected == 0;
      client.expected = seen.tcp.seq() + 1;
      if (first) return speak();  // the request carries the ACK of the handshake
    } else if (new_end) {
      client.expected += static_cast<uint32_t>(seen.payload.size());
      client.got += seen.payload;
      if (seen.tcp.flags() & kF) {
        ++client.expected;
        finished = true;
        return speak();
      }
    }
    if (!seen.payload.empty() || (seen.tcp.flags() & kF)) say(kA, acknowledged);
  }
  bool done() const { return finished && acknowledged == 1002 + kRequest.size(); }

  void run() {
    speak();
    for (int second = 0; second < 300 && !done(); ++second) {
      while (client.steps.waiting() > 0) hear();
      if (done()) break;
      client.steps.pass(milliseconds(1500));
      while (client.steps.waiting() > 0) hear();
      if (!done()) speak();
    }
  }

  Client client;
  size_t lost_in, lost_out;
  size_t sent_in = 0, sent_out = 0;
  uint32_t acknowledged = 0;
  bool finished = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(any_one_segment_may_be_lost) {
  LossyRun whole(0, 0);
  whole.run();
  BOOST_TEST(whole.done());
  BOOST_TEST(whole.client.got.size() == 4000U);
  BOOST_TEST((whole.client.steps.now == Time{}));  // without loss no timer is needed
  for (size_t n = 1; n <= whole.sent_in; ++n)
    for (const bool to_server : {true, false})
      BOOST_TEST_CONTEXT("segment " << n << (to_server ? " to the server" : " to the client")) {
        if (!to_server && n > whole.sent_out) continue;
        LossyRun run(to_server ? n : 0, to_server ? 0 : n);
        run.run();
        BOOST_TEST(run.done());
        BOOST_TEST(run.client.got.size() == 4000U);
        for (size_t i = 0; i < run.client.got.size(); ++i)
          if (run.client.got[i] != static_cast<char>('a' + i % 26)) BOOST_TEST(i == 0U);
      }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes) {
  const auto first_sequence = [](uint64_t seed) {
    HostConfig config = two_legs();
    config.seed = seed;
    Client client(answers(1), config);
    client.send(kS);
    return client.out(kS | kA).tcp.seq();
  };
  BOOST_TEST(first_sequence(4) == first_sequence(4));
  BOOST_TEST(first_sequence(4) != first_sequence(5));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
