#include "emulator/host/reassembly.hh"

#include <algorithm>

namespace lvslab::host {

namespace {
constexpr size_t kRunsBound = 64;
constexpr size_t kLargestPacket = 65535;
constexpr size_t kLargestPayload = kLargestPacket - wire::kIpv4Size;
constexpr size_t kQuoted = 576;  // as much as an ICMP error carries; holds every header
}  // namespace

std::optional<Reassembly::Whole> Reassembly::add(const wire::Frame& fragment, Time now,
                                                 Drops& drops) {
  const auto ip = *wire::Ipv4View::over(fragment.bytes());
  const size_t size = ip.payload().size();
  const Run run{ip.fragment_offset(), ip.fragment_offset() + size};
  const bool last = !ip.more_fragments();
  const bool odd = !last && size % 8 != 0;
  if (size == 0 || odd || run.end + ip.header_length() > kLargestPacket) {
    drops.count(DropReason::bad_fragment);
    return {};
  }
  Datagram* datagram = find_or_make({ip.source(), ip.destination(), ip.id(), ip.protocol()}, now);
  if (!datagram) {
    drops.count(DropReason::reassembly_full);
    return {};
  }
  if (contradicts(*datagram, run, last)) {
    drops.count(DropReason::bad_fragment);
    remove(*datagram);
    return {};
  }
  switch (place(*datagram, run)) {
    case Placed::fits:
      break;
    case Placed::duplicate:
      return {};
    case Placed::overlap:
      drops.count(DropReason::fragment_overlap);
      remove(*datagram);
      return {};
    case Placed::refused:
      drops.count(DropReason::bad_fragment);
      return {};
  }
  if (last) datagram->length = run.end;
  copy_in(*datagram, fragment);
  const Run& all = datagram->runs.front();
  if (datagram->length == 0 || all.begin != 0 || all.end != datagram->length) return {};
  Whole whole = finish(*datagram);
  remove(*datagram);
  if (whole.packet.size() > kLargestPacket) {
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
  datagram.deadline = now + kReassemblyTimeout;
  // Room in front for a header with options and whatever an encapsulation adds to it later.
  datagram.buffer = wire::Frame(wire::kLargestFrame);
  datagram.buffer.trim_front(wire::kLargestFrame - kLargestPayload);
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

void Reassembly::copy_in(Datagram& datagram, const wire::Frame& fragment) {
  const auto ip = *wire::Ipv4View::over(fragment.bytes());
  const Bytes payload = ip.payload();
  std::memcpy(datagram.buffer.data() + ip.fragment_offset(), payload.data(), payload.size());
  datagram.largest = std::max(datagram.largest, uint32_t{ip.total_length()});
  if (ip.fragment_offset() != 0) return;
  datagram.header = ip.header_length();
  datagram.first = wire::Frame::copy_of(fragment.bytes().first(std::min(fragment.size(), kQuoted)));
}

Reassembly::Whole Reassembly::finish(Datagram& datagram) {
  wire::Frame packet = std::move(datagram.buffer);
  packet.truncate(datagram.length);
  std::memcpy(packet.prepend(datagram.header), datagram.first.data(), datagram.header);
  store_be16(packet.data() + 2, static_cast<uint16_t>(packet.size()));
  if (packet.size() > kLargestPacket) return {std::move(packet), datagram.largest};
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  ip.set_fragment_word(0);
  ip.fill_checksum();
  return {std::move(packet), datagram.largest};
}

void Reassembly::remove(Datagram& datagram) {
  datagrams_.erase(datagrams_.begin() + (&datagram - datagrams_.data()));
}

std::optional<wire::Frame> Reassembly::expire(Time now, Drops& drops) {
  if (datagrams_.empty() || datagrams_.front().deadline > now) return {};
  wire::Frame first = std::move(datagrams_.front().first);
  datagrams_.erase(datagrams_.begin());
  drops.count(DropReason::reassembly_timeout);
  return first;
}

Time Reassembly::next_deadline() const {
  return datagrams_.empty() ? kNever : datagrams_.front().deadline;
}

}  // namespace lvslab::host
