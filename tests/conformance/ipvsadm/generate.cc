#include "tests/conformance/ipvsadm/generate.hh"

#include <cstddef>

namespace lvslab::conformance {

namespace {

using Words = std::vector<std::string>;

class Generator {
 public:
  Generator(Random& random, const Taken& taken) : random_(random), taken_(taken) {}

  History history() {
    History history;
    std::string script = "--stop-daemon master\n--stop-daemon backup\n-C\n--set 900 120 300\n";
    for (uint64_t n = 3 + random_.below(16); n > 0; --n) script += line(script_rule());
    history.push_back({{"-R"}, script});
    for (uint64_t n = 1 + random_.below(3); n > 0; --n) history.push_back(call());
    script.clear();
    for (const char* wanted : {"-S -n", "-L -n", "-L --timeout", "-L --daemon"})
      script += std::string(wanted) + "\n";
    for (uint64_t n = 1 + random_.below(3); n > 0; --n) script += line(listing());
    history.push_back({{"-R"}, script});
    return history;
  }

 private:
  bool one_in(uint64_t n) { return random_.below(n) == 0; }
  template <size_t N>
  std::string any(const char* const (&words)[N]) {
    return words[random_.below(N)];
  }
  static void add(Words& words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
  }

  // Most lines are "-A -t x -s rr"; blanks and the program's name may stand between.
  std::string line(const Words& words) {
    std::string text = one_in(20) ? "ipvsadm" : "";
    for (const auto& word : words) text += (one_in(30) ? "  \t" : text.empty() ? "" : " ") + word;
    return text + (one_in(40) ? " \r\n" : "\n");
  }

  // The keys of a history are few, so that rules meet.
  Words service() {
    static constexpr const char* kEnds[] = {"10.0.0.1:80",   "10.0.0.1:443",  "10.0.0.2:80",
                                            "www:http",      "192.0.2.10:80", "[fd00::1]:80",
                                            "[fd00::2]:443", "10.0.0.2",      "fd00::3"};
    switch (random_.below(12)) {
      case 0:
        return {"-f", any({"1", "2", "70000", "2147483647"})};
      case 1:
        return {"-f", any({"1", "2", "70000"}), "-6"};
      case 2:
      case 3:
        return {"-u", any(kEnds)};
      case 4:
        return {"--sctp-service", any(kEnds)};
      default:
        return {"-t", any(kEnds)};
    }
  }

  Words service_options() {
    Words words;
    if (!one_in(4))
      add(words, {"-s", any({"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq",
                             "fo", "ovf", "mh", "none"})});
    if (one_in(3)) words.push_back("-p");
    if (!words.empty() && words.back() == "-p" && one_in(2))
      words.push_back(any({"1", "60", "300", "86400", "2678400"}));
    if (one_in(6))
      add(words, {"-M", any({"255.255.255.0", "255.255.255.255", "24", "64", "128", "0.0.0.0",
                             "255.0.255.0"})});
    if (one_in(10)) add(words, {"--pe", "sip"});
    if (one_in(8)) words.push_back("-o");
    if (one_in(6))
      add(words, {"-b", any({"sh-port", "sh-fallback,sh-port", "mh-port", "mh-fallback", "flag-1",
                             "flag-2,flag-3", "flag-3", "flag-1,flag-2,flag-3"})});
    if (one_in(20)) add(words, {any({"--pe", "-s"}), any({"sop", "rrr", "twoss", ""})});
    return words;
  }

  std::string server() {
    static constexpr const char* kEnds[] = {
        "10.1.0.1",       "10.1.0.1:8080", "10.1.0.2:80",   "172.16.0.1:80", "200.0.0.1:80",
        "130.0.0.1",      "rs1",           "rs1:http-alt",  "198.51.100.2",  "[fd00::11]:80",
        "[fd00::12]:443", "fd00::9",       "[a00::1]:8080", "10.1.0.3:0"};
    if (one_in(25))
      return any({"0.0.0.0", "224.0.0.1", "255.255.255.255", "[ff02::1]:80", "[fe80::1]:80",
                  "[::1]:80", "127.0.0.1", "nobody:80", "10.1.0.1:http-nothing"});
    return any(kEnds);
  }

  Words tunnel() {
    switch (random_.below(6)) {
      case 0:
        return {"--tun-type", "gue", "--tun-port", any({"6080", "1", "65535"})};
      case 1:
        return {"--tun-type", "gue", "--tun-port", "6080",
                any({"--tun-nocsum", "--tun-csum", "--tun-remcsum"})};
      case 2:
        return {"--tun-type", "gre"};
      case 3:
        return {"--tun-type", "gre", any({"--tun-nocsum", "--tun-csum"})};
      case 4:
        return {"--tun-type", "ipip"};
      default:
        return {};
    }
  }

  Words server_options() {
    Words words;
    switch (random_.below(4)) {
      case 0:
        words = {"-m"};
        break;
      case 1:
        words = {"-g"};
        break;
      case 2:
        words = {"-i"};
        add(words, tunnel());
        break;
      default:
        break;
    }
    if (one_in(2)) add(words, {"-w", any({"0", "1", "5", "100", "65535", "65536", "2147483647"})});
    if (one_in(5)) add(words, {"-x", any({"0", "10", "5000", "2147483647"})});
    if (one_in(6)) add(words, {"-y", any({"0", "9", "10", "4000"})});
    return words;
  }

  // For calls of their own: Linux 6.1 as a guest was seen to hang where one process starts a
  // backup's daemon and stops it at once.
  Words daemon() {
    Words words{any({"--start-daemon", "--stop-daemon"}), any({"master", "backup"})};
    if (one_in(3)) add(words, {"--syncid", any({"0", "1", "255"})});
    if (words.front() == "--stop-daemon") return words;
    if (one_in(3)) add(words, {"--mcast-interface", any({"eth0", "eth0", "eth9"})});
    if (one_in(3)) add(words, {"--mcast-group", any({"224.1.2.3", "ff02::51", "239.0.0.1"})});
    if (one_in(4)) add(words, {"--mcast-port", any({"1", "8848", "65535"})});
    if (one_in(4)) add(words, {"--mcast-ttl", any({"1", "64", "255"})});
    if (one_in(4)) add(words, {"--sync-maxlen", any({"1", "500", "1472", "65507"})});
    return words;
  }

  Words rule() {
    Words words;
    switch (random_.below(one_in(4) ? 12 : 8)) {
      case 0:
      case 1:
      case 2:
        words = {"-A"};
        break;
      case 8:
        words = {"-E"};
        break;
      case 9:
        words = {"-D"};
        add(words, service());
        return words;
      case 10:
        return {"--set", number(), number(), number()};
      case 11:
        return one_in(2) ? listing() : Words{"-Z"};
      default:
        return server_rule();
    }
    add(words, service());
    add(words, service_options());
    return words;
  }

  // A refusal of ipvsadm's own ends a script, so they are few.
  Words script_rule() {
    Words words = rule();
    while (!taken_(words) && !one_in(40)) words = rule();
    return words;
  }

  Words server_rule() {
    const std::string command = one_in(5) ? any({"-e", "-d"}) : "-a";
    Words words{command};
    add(words, service());
    add(words, {"-r", server()});
    if (command != "-d") add(words, server_options());
    return words;
  }

  std::string number() { return any({"0", "1", "60", "900", "2678400"}); }

  Words listing() {
    if (one_in(8)) return {"-S"};
    if (one_in(10)) return {"-Lc", any({"-n", "--persistent-conn"})};
    Words words{any({"-L", "-Ln", "--list"})};
    if (one_in(3))
      words.push_back(
          any({"--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info"}));
    if (one_in(4))
      words.push_back(any({"--exact", "--sort", "--thresholds", "--tun-info", "--rate"}));
    if (one_in(8)) add(words, service());
    return words;
  }

  // A call that stands for itself: what it is refused for ends nothing else.
  Step call() {
    switch (random_.below(7)) {
      case 0:
        return {rule(), ""};
      case 6:
        return {daemon(), ""};
      case 1:
        return {listing(), ""};
      case 2:
        return {mangled(rule()), ""};
      case 3:
        return {mangled(listing()), ""};
      default:
        return {soup(), ""};
    }
  }

  // One word gone, doubled, moved or replaced.
  Words mangled(Words words) {
    for (uint64_t n = 1 + random_.below(2); n > 0 && !words.empty(); --n) {
      const auto at = words.begin() + static_cast<std::ptrdiff_t>(random_.below(words.size()));
      switch (random_.below(4)) {
        case 0:
          words.erase(at);
          break;
        case 1:
          words.insert(at, *at);
          break;
        case 2:
          std::swap(*at, words.back());
          break;
        default:
          *at = odd_word();
      }
    }
    return words;
  }

  Words soup() {
    Words words{any({"-A", "-E", "-D", "-a", "-e", "-d", "-L", "-S", "-Z", "-C", "--set", "-R",
                     "--start-daemon", "--stop-daemon=master", "-v", "-h", "-n"})};
    for (uint64_t n = random_.below(7); n > 0; --n) {
      switch (random_.below(5)) {
        case 0:
          add(words, service());
          break;
        case 1:
          add(words, service_options());
          break;
        case 2:
          add(words, {"-r", server()});
          add(words, server_options());
          break;
        default:
          words.push_back(odd_word());
      }
    }
    return words;
  }

  std::string odd_word() {
    static constexpr const char* kWords[] = {"-n",
                                             "-c",
                                             "--timeout",
                                             "--daemon",
                                             "--stats",
                                             "--rate",
                                             "--exact",
                                             "-X",
                                             "--thresholds",
                                             "--persistent-conn",
                                             "--tun-info",
                                             "--sort",
                                             "--nosort",
                                             "-6",
                                             "-o",
                                             "-m",
                                             "-g",
                                             "-i",
                                             "-p",
                                             "-w",
                                             "-w5",
                                             "-w=5",
                                             "-w-1",
                                             "-w 7",
                                             "--weight=70000",
                                             "-x=x",
                                             "-y",
                                             "--syncid=256",
                                             "--syncid",
                                             "--sync-maxlen=0",
                                             "--mcast-ttl=256",
                                             "--mcast-port=0",
                                             "--mcast-group=10.0.0.1",
                                             "--mcast-group=fd00::1",
                                             "--mcast-interface=eth0",
                                             "--tun-type=gue",
                                             "--tun-type=gui",
                                             "--tun-port=0",
                                             "--tun-port=80",
                                             "--tun-csum",
                                             "--tun-remcsum",
                                             "--tun-nocsum",
                                             "-t",
                                             "-u=10.0.0.1:53",
                                             "-t10.0.0.1:80",
                                             "-f0",
                                             "-f1",
                                             "-f=4294967296",
                                             "--fwmark-service=x",
                                             "--tcp-service=[fd00::1]",
                                             "--tcp-service=[fd00::1]:",
                                             "-t=1.2:80",
                                             "-t=10.1:080",
                                             "-t=0x0a000001:+80",
                                             "-t=:80",
                                             "-t=80",
                                             "-t=10.0.0.1:65536",
                                             "-t=10.0.0.1:http",
                                             "-u=10.0.0.1:http",
                                             "-t=[10.0.0.1]:80",
                                             "-t=[fd00::1",
                                             "-r=rs1:",
                                             "-r=[fd00::1]",
                                             "-M=33",
                                             "-M=x",
                                             "-M=www",
                                             "-M=129",
                                             "-M=0",
                                             "-srr",
                                             "-s=",
                                             "-s=foo",
                                             "--scheduler=wrr",
                                             "--scheduler=",
                                             "-p=0",
                                             "-p=2678401",
                                             "-p10",
                                             "--persistent=5",
                                             "--persistent=",
                                             "-b=foo",
                                             "-b=sh-port",
                                             "-b=flag-1,,flag-2",
                                             "-b=",
                                             "--pe=sop",
                                             "--pe=",
                                             "-A",
                                             "-L",
                                             "-C",
                                             "-v",
                                             "-h",
                                             "-z",
                                             "--",
                                             "-",
                                             "",
                                             "foo",
                                             "5",
                                             "--foo",
                                             "--foo=5",
                                             "--numeric=5",
                                             "-n5",
                                             "-n=",
                                             "-ng",
                                             "-gmi",
                                             "--set",
                                             "--start-daemon=master",
                                             "--w",
                                             "--weight",
                                             "-list",
                                             "10.0.0.1:80",
                                             "-pn",
                                             "-on",
                                             "--timeout=",
                                             "-6n"};
    return any(kWords);
  }

  Random& random_;
  const Taken& taken_;
};

}  // namespace

History random_history(Random& random, const Taken& taken) {
  return Generator(random, taken).history();
}

}  // namespace lvslab::conformance
