#include "emulator/host/reassembly.hh"

#include <algorithm>

namespace lvslab::host {

namespace {
constexpr size_t kRunsBound = 64;
constexpr size_t kLargestPacket = 65535;
constexpr size_t kLargestPacket6 = wire::kIpv6Size + 65535;  // RFC 8200, 4.5
constexpr size_t kBuffer = wire::kLargestFrame + wire::kHeadroom;
// In front of a whole payload: its headers, and what an encapsulation adds to them later.
constexpr size_t kHeaderBound = 196;
static_assert(wire::kHeadroom + kBuffer - kLargestPacket >= kHeaderBound + 74);

// As much as an ICMP error carries; holds every header.
size_t quoted(const Fragment& fragment) {
  return fragment.source.is_v6() ? 1280 : 576;
}
size_t largest(const Fragment& fragment) {
  return fragment.source.is_v6() ? kLargestPacket6 : kLargestPacket;
}
}  // namespace

Fragment fragment_of(wire::Ipv4View ip, const Options& options) {
  return {ip.source(),
          ip.destination(),
          ip.id(),
          ip.protocol(),
          ip.fragment_offset(),
          ip.more_fragments(),
          ip.dont_fragment(),
          Bytes(ip.data(), ip.header_length()),
          ip.payload(),
          0,
          0,
          0,
          options,
          false};
}

Fragment fragment_of(wire::Ipv6View ip, size_t fragment_at, size_t named_at) {
  const Bytes packet(ip.data(), wire::kIpv6Size + ip.payload_length());
  const auto header = *wire::FragmentHeaderView::over(packet.subspan(fragment_at));
  return {ip.source(),
          ip.destination(),
          header.id(),
          0,
          header.offset(),
          header.more_fragments(),
          false,
          packet.first(fragment_at),
          packet.subspan(fragment_at + wire::kFragmentHeaderSize),
          named_at,
          header.next_header(),
          0,
          {},
          false};
}

std::optional<Reassembly::Whole> Reassembly::add(const wire::Frame& packet,
                                                 const Fragment& fragment, Time now, Drops& drops) {
  const size_t size = fragment.payload.size();
  const Run run{fragment.offset, fragment.offset + size};
  const bool last = !fragment.more;
  const bool odd = !last && size % 8 != 0;
  const size_t header = fragment.header.size();
  if (size == 0 || odd || run.end + header > largest(fragment) || run.end > kLargestPacket ||
      header > kHeaderBound) {
    drops.count(DropReason::bad_fragment);
    return {};
  }
  Datagram* datagram = find_or_make({fragment.source, fragment.destination, fragment.id,
                                     fragment.protocol, fragment.gathered_first},
                                    now);
  if (!datagram) {
    drops.count(DropReason::reassembly_full);
    return {};
  }
  if (contradicts(*datagram, run, last)) {
    drops.count(DropReason::bad_fragment);
    joined_ += datagram->cuts.size();
    remove(*datagram);
    return {};
  }
  switch (place(*datagram, run)) {
    case Placed::fits:
      break;
    case Placed::duplicate:
      ++joined_;
      return {};
    case Placed::overlap:
      drops.count(DropReason::fragment_overlap);
      joined_ += datagram->cuts.size();
      remove(*datagram);
      return {};
    case Placed::refused:
      drops.count(DropReason::bad_fragment);
      return {};
  }
  if (last) datagram->length = run.end;
  copy_in(*datagram, packet, fragment);
  const Run& all = datagram->runs.front();
  if (datagram->length == 0 || all.begin != 0 || all.end != datagram->length) return {};
  joined_ += datagram->cuts.size() - 1;
  Whole whole = finish(*datagram);
  remove(*datagram);
  if (whole.packet.size() > largest(fragment)) {
    drops.count(DropReason::bad_fragment);
    return {};
  }
  return whole;
}

Reassembly::Datagram* Reassembly::find_or_make(const Key& key, Time now) {
  for (Datagram& datagram : datagrams_)
    if (datagram.key == key) return &datagram;
  if (datagrams_.size() == kReassemblyBound) return nullptr;
  Datagram& datagram = datagrams_.emplace_back();
  datagram.key = key;
  datagram.deadline = now + timeout_;
  datagram.buffer = wire::Frame(kBuffer);
  datagram.buffer.trim_front(kBuffer - kLargestPacket);
  return &datagram;
}

bool Reassembly::contradicts(const Datagram& datagram, Run run, bool last) {
  if (datagram.length != 0)
    return run.end > datagram.length || (last && run.end != datagram.length);
  return last && !datagram.runs.empty() && datagram.runs.back().end > run.end;
}

Reassembly::Placed Reassembly::place(Datagram& datagram, Run run) {
  auto& runs = datagram.runs;
  const auto behind = std::find_if(runs.begin(), runs.end(),
                                   [&](const Run& other) { return other.end >= run.begin; });
  // `behind` is the first run that touches, overlaps or follows.
  auto next = behind;
  if (next != runs.end() && next->end == run.begin) ++next;
  if (next != runs.end() && next->begin < run.end)
    return next->begin <= run.begin && run.end <= next->end ? Placed::duplicate : Placed::overlap;
  const bool joins_left = next != behind;
  const bool joins_right = next != runs.end() && next->begin == run.end;
  if (joins_left && joins_right) {
    behind->end = next->end;
    runs.erase(next);
  } else if (joins_left) {
    behind->end = run.end;
  } else if (joins_right) {
    next->begin = run.begin;
  } else {
    if (runs.size() == kRunsBound) return Placed::refused;
    runs.insert(next, run);
  }
  return Placed::fits;
}

void Reassembly::copy_in(Datagram& datagram, const wire::Frame& packet, const Fragment& fragment) {
  const Bytes& payload = fragment.payload;
  std::memcpy(datagram.buffer.data() + fragment.offset, payload.data(), payload.size());
  const auto size = static_cast<uint32_t>(packet.size());
  datagram.largest = std::max(datagram.largest, size);
  const auto end = static_cast<uint32_t>(fragment.offset + payload.size());
  datagram.cuts.insert(std::lower_bound(datagram.cuts.begin(), datagram.cuts.end(), end), end);
  if (fragment.dont_fragment) datagram.largest_df = std::max(datagram.largest_df, size);
  if (fragment.offset != 0) return;
  datagram.header = fragment.header.size();
  datagram.next_header_at = fragment.next_header_at;
  datagram.next_header = fragment.next_header;
  datagram.port = fragment.port;
  datagram.options = fragment.options;
  datagram.first =
      wire::Frame::copy_of(packet.bytes().first(std::min(packet.size(), quoted(fragment))));
}

Reassembly::Whole Reassembly::finish(Datagram& datagram) {
  wire::Frame packet = std::move(datagram.buffer);
  packet.truncate(datagram.length);
  std::memcpy(packet.prepend(datagram.header), datagram.first.data(), datagram.header);
  finish_header(packet, datagram);
  return {std::move(packet), datagram.largest, std::move(datagram.cuts)};
}

// A packet that is too large gets a wrong length here; it ends with add().
void Reassembly::finish_header(wire::Frame& packet, const Datagram& datagram) {
  if (datagram.key.source.is_v6()) {
    packet.data()[datagram.next_header_at] = datagram.next_header;
    store_be16(packet.data() + 4, static_cast<uint16_t>(packet.size() - wire::kIpv6Size));
    return;
  }
  store_be16(packet.data() + 2, static_cast<uint16_t>(packet.size()));
  if (packet.size() > kLargestPacket) return;
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  constexpr uint16_t kDontFragment = 0x4000;
  ip.set_fragment_word(datagram.largest_df == datagram.largest ? kDontFragment : 0);
  ip.fill_checksum();
}

void Reassembly::remove(Datagram& datagram) {
  datagrams_.erase(datagrams_.begin() + (&datagram - datagrams_.data()));
}

std::optional<Reassembly::Expired> Reassembly::expire(Time now, Drops& drops) {
  if (datagrams_.empty() || datagrams_.front().deadline > now) return {};
  Datagram& oldest = datagrams_.front();
  Expired expired{std::move(oldest.first), oldest.port, oldest.options, oldest.key.gathered_first};
  joined_ += oldest.cuts.size() - 1;
  datagrams_.erase(datagrams_.begin());
  drops.count(DropReason::reassembly_timeout);
  return expired;
}

size_t Reassembly::waiting() const {
  size_t fragments = 0;
  for (const Datagram& datagram : datagrams_) fragments += datagram.cuts.size();
  return fragments;
}

Time Reassembly::next_deadline() const {
  return datagrams_.empty() ? kNever : datagrams_.front().deadline;
}

}  // namespace lvslab::host
