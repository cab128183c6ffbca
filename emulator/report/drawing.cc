#include "emulator/report/drawing.hh"

#include <algorithm>

#include "emulator/report/facts.hh"
#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
using topology::Host;
using topology::Interface;
using topology::Network;
using topology::Topology;

// How much stands on the wires, most first.
enum class Detail { addresses, interfaces, none, list };

constexpr size_t kMargin = 2;
constexpr size_t kMostBars = 56;  // columns of bars and wires: the hosts need the rest
constexpr size_t kGap = 3;        // at least, between what stands at two bars

struct Bar {
  const Network* network;
  std::vector<std::string> header;
  size_t column = 0;
};

class Drawing {
 public:
  Drawing(const Topology& lab, Detail detail)
      : lab_(lab), detail_(detail), virtual_(virtual_addresses(lab)) {
    for (const auto& network : lab.networks) bars_.push_back({&network, header_of(network)});
    size_t column = kMargin;
    for (auto& bar : bars_) {
      bar.column = column;
      column += width_of(bar);
    }
    hosts_at_ = detail == Detail::list ? kMargin : column;
  }

  bool fits() const { return detail_ == Detail::list || hosts_at_ <= kMargin + kMostBars; }

  std::string text() {
    if (detail_ == Detail::none || detail_ == Detail::list) legend();
    if (detail_ != Detail::list) {
      headers();
      put(empty_row(), "");
    }
    for (size_t i = 0; i < lab_.hosts.size(); ++i) {
      if (i > 0) put(empty_row(), "");
      host(lab_.hosts[i]);
    }
    return text_;
  }

 private:
  std::string letter_of(const Network& network) const {
    const auto index = static_cast<size_t>(&network - lab_.networks.data());
    return index < 26 ? std::string(1, static_cast<char>('A' + index)) : std::to_string(index);
  }

  std::vector<std::string> header_of(const Network& network) const {
    if (detail_ == Detail::none) return {letter_of(network)};
    std::vector<std::string> lines{visible(network.name)};
    for (const auto& subnet : network.subnets) lines.push_back(subnet.to_string());
    if (network.mtu != 1500) lines.push_back("mtu " + std::to_string(network.mtu));
    return lines;
  }

  size_t width_of(const Bar& bar) const {
    size_t width = 0;
    for (const auto& line : bar.header) width = std::max(width, columns(line));
    for (const auto& host : lab_.hosts) {
      const auto label = wire_label(host, *bar.network);
      if (!label.empty()) width = std::max(width, columns(label) + 3);  // "●─ " before it
    }
    return width + kGap;
  }

  // What stands on the wire behind a bar; "" where the host has no interface there.
  std::string wire_label(const Host& host, const Network& network) const {
    std::vector<std::string> labels;
    if (detail_ == Detail::none) return "";
    for (const auto& interface : host.interfaces) {
      if (interface.network != network.name) continue;
      auto label = visible(interface.name);
      if (detail_ == Detail::addresses) {
        for (const auto& own : interface.addresses) {
          label +=
              " " + with_mark(short_address(own.address, network), virtual_.contains(own.address));
        }
      }
      labels.push_back(label);
    }
    return joined(labels, ", ");
  }

  bool attached(const Host& host, const Network& network) const {
    return std::any_of(host.interfaces.begin(), host.interfaces.end(),
                       [&](const Interface& i) { return i.network == network.name; });
  }

  std::u32string empty_row() const {
    std::u32string row(hosts_at_, U' ');
    if (detail_ == Detail::list) return row;
    for (const auto& bar : bars_) row[bar.column] = U'┃';
    return row;
  }

  static void write(std::u32string& row, size_t column, std::string_view text) {
    while (!text.empty() && column < row.size()) row[column++] = take_code_point(text);
  }

  // From the first of the host's bars to the host.
  std::u32string wire_row(const Host& host) const {
    auto row = empty_row();
    if (detail_ == Detail::list) return row;
    bool begun = false;
    size_t free_from = 0;  // labels stand before this
    for (size_t column = 0; column + 1 < row.size(); ++column) {
      const auto bar = std::find_if(bars_.begin(), bars_.end(),
                                    [&](const Bar& b) { return b.column == column; });
      if (bar != bars_.end() && attached(host, *bar->network)) {
        begun = true;
        row[column] = U'●';
        const auto label = wire_label(host, *bar->network);
        if (!label.empty()) {
          row[column + 1] = U'─';
          write(row, column + 3, label);
          free_from = column + 4 + columns(label);
        }
      } else if (begun && bar != bars_.end()) {
        row[column] = U'╂';
      } else if (begun && column >= free_from) {
        row[column] = U'─';
      }
    }
    return row;
  }

  std::string interface_line(const Interface& interface) const {
    std::vector<std::string> addresses;
    if (detail_ != Detail::addresses) {
      for (const auto& own : interface.addresses) {
        addresses.push_back(with_mark(own.to_string(), virtual_.contains(own.address)));
      }
    }
    const auto network =
        std::find_if(lab_.networks.begin(), lab_.networks.end(),
                     [&](const Network& n) { return n.name == interface.network; });
    const bool other_mtu = network == lab_.networks.end() || network->mtu != interface.mtu;
    const bool says_network = detail_ == Detail::list || network == lab_.networks.end();
    return joined({visible(interface.name), says_network ? "on " + visible(interface.network) : "",
                   joined(addresses, " "), wire::to_string(interface.mac),
                   other_mtu ? "mtu " + std::to_string(interface.mtu) : ""},
                  " ");
  }

  void host(const Host& host) {
    const auto name = joined({visible(host.name), visible(role_of(host))}, "   ");
    bool first = true;
    for (const auto& line : wrapped(name, kDrawingWidth - hosts_at_)) {
      put(first ? wire_row(host) : empty_row(), line);
      first = false;
    }
    for (const auto& interface : host.interfaces) below(interface_line(interface));
    for (const auto& fact : facts_of(host, virtual_)) below(fact);
  }

  // A line under a host's name; where it is too long, the rest stands two columns further in.
  void below(const std::string& text) {
    const auto width = kDrawingWidth - hosts_at_ - 4;
    bool first = true;
    for (const auto& line : wrapped(text, width)) {
      put(empty_row(), (first ? "  " : "    ") + line);
      first = false;
    }
  }

  void headers() {
    size_t most = 0;
    for (const auto& bar : bars_) most = std::max(most, bar.header.size());
    for (size_t i = 0; i < most; ++i) {
      std::u32string row(hosts_at_, U' ');
      for (const auto& bar : bars_) {
        // A short header leaves its bar beginning earlier, not a gap above it.
        if (i < bar.header.size()) {
          write(row, bar.column, bar.header[i]);
        } else {
          row[bar.column] = U'┃';
        }
      }
      put(row, "");
    }
  }

  void legend() {
    for (const auto& network : lab_.networks) {
      std::vector<std::string> subnets;
      for (const auto& subnet : network.subnets) subnets.push_back(subnet.to_string());
      const auto letter = detail_ == Detail::list ? "network" : letter_of(network);
      const auto mtu = network.mtu != 1500 ? "mtu " + std::to_string(network.mtu) : "";
      const auto line = joined({letter, visible(network.name), joined(subnets, " "), mtu}, "  ");
      for (const auto& part : wrapped(line, kDrawingWidth - kMargin)) {
        text_ += std::string(kMargin, ' ') + part + "\n";
      }
    }
    text_ += "\n";
  }

  void put(const std::u32string& row, const std::string& text) {
    std::string line;
    for (const char32_t c : row) append_utf8(line, c);
    line += text;
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + "\n";
  }

  const Topology& lab_;
  Detail detail_;
  std::set<wire::IpAddress> virtual_;
  std::vector<Bar> bars_;
  size_t hosts_at_ = 0;
  std::string text_;
};
}  // namespace

std::string drawing(const Topology& lab) {
  for (const auto detail : {Detail::addresses, Detail::interfaces, Detail::none}) {
    Drawing attempt(lab, detail);
    if (attempt.fits()) return attempt.text();
  }
  return Drawing(lab, Detail::list).text();
}

}  // namespace lvslab::report
