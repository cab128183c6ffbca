// The packet path allocates nothing once warm.

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/unit/director/bench.hh"

namespace {
std::atomic<uint64_t> allocations{0};
void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace lvslab::director::test {
namespace {

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  const uint64_t before = allocations;
  const auto something = std::make_unique<int>(1);
  BOOST_TEST(*something == 1);
  BOOST_TEST(allocations > before);
}

// Routes without a map of strings, for routes are asked for every packet.
class OneWay : public Routes {
 public:
  explicit OneWay(const wire::IpAddress& source) : route_{1500, source, false} {}
  std::optional<Route> route_to(const wire::IpAddress&) const override { return route_; }

 private:
  Route route_;
};

// 64 clients open, talk, are answered, close, time out, and use their ports again.
void rounds(Director& director, const std::vector<Packet>& requests,
            const std::vector<Packet>& replies, Time& now, int count) {
  for (int i = 0; i < count; ++i) {
    const auto one = [&](const Packet& packet, Hook hook) {
      wire::Frame frame = frame_of(packet);
      director.process(frame, hook, now);
    };
    now += 5ms;
    one(requests[static_cast<size_t>(i) % requests.size()], Hook::local_in);
    one(replies[static_cast<size_t>(i) % replies.size()], Hook::forward);
    if (i % 1000 == 999) {
      now += 1000s;  // all expire
      director.expire(now);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_warm_packet_path_allocates_nothing) {
  for (const char* method : {"-m", "-g", "-i"})
    for (const char* scheduler :
         {"rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf", "sh", "dh", "mh"}) {
      BOOST_TEST_CONTEXT(method << " " << scheduler) {
        OneWay routes(address(kDip));
        Director director({}, routes, 1);
        const std::string server = "-a -t 192.0.2.10:80 -r 198.51.100.";
        for (const std::string& line :
             {std::string("-A -t 192.0.2.10:80 -s ") + scheduler, server + "1:80 " + method,
              server + "2:80 " + method + " -x 20", server + "3:80 " + method + " -w 0"})
          director.apply(command(line), Time{});
        std::vector<Packet> requests, replies;
        for (const char* flags : {"S", "A", "FA", "S", "R"})
          for (int port = 1000; port < 1064; ++port) {
            const std::string client = "203.0.113.5:" + std::to_string(port);
            requests.push_back(tcp_packet(client, "192.0.2.10:80", flags).bytes());
            const std::string from =
                std::string(method) == "-m" ? "198.51.100.1:80" : "192.0.2.10:80";
            replies.push_back(tcp_packet(from, client, port % 3 == 0 ? "FA" : "A").bytes());
          }
        requests.push_back(tcp_packet("203.0.113.5:1000", "192.0.2.99:80", "S").bytes());
        IcmpSpec icmp;
        icmp.from = "203.0.113.77";
        icmp.to = kVip;
        icmp.body = quote(tcp_packet("192.0.2.10:80", "203.0.113.5:1000").bytes());
        requests.push_back(icmp.bytes());

        Time now{};
        rounds(director, requests, replies, now, 2000);
        const uint64_t before = allocations;
        rounds(director, requests, replies, now, 10000);
        BOOST_TEST(allocations == before);
      }
    }
}

}  // namespace
}  // namespace lvslab::director::test
