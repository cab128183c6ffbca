#include "emulator/host/fragment.hh"

#include "emulator/host/options.hh"

namespace lvslab::host {

namespace {
constexpr uint16_t kDontFragment = 0x4000;
constexpr uint16_t kMoreFragments = 0x2000;

// Of so many bytes that are left, into that room: only the last piece may end anywhere (RFC 791).
size_t next_piece(size_t left, size_t room) {
  return left <= room ? left : room & ~size_t{7};
}
}  // namespace

Fragmenter::Fragmenter(wire::Frame& packet, size_t mtu) : packet_(packet) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  header_ = ip.header_length();
  payload_ = ip.payload().size();
  room_ = mtu - header_;
  first_offset_ = ip.fragment_offset();
  more_behind_ = ip.more_fragments();
}

wire::Frame Fragmenter::next() {
  const size_t size = next_piece(payload_ - at_, room_);
  wire::Frame fragment(header_ + size);
  std::memcpy(fragment.data(), packet_.data(), header_);
  std::memcpy(fragment.data() + header_, packet_.data() + header_ + at_, size);
  store_be16(fragment.data() + 2, static_cast<uint16_t>(fragment.size()));
  const auto ip = *wire::Ipv4Edit::over(fragment.bytes());
  const bool more = at_ + size < payload_ || more_behind_;
  ip.set_fragment_word(static_cast<uint16_t>((first_offset_ + at_) / 8 |
                                             (ip.dont_fragment() ? kDontFragment : 0) |
                                             (more ? kMoreFragments : 0)));
  ip.fill_checksum();
  // The first fragment still needed all options; the next ones are made from what is left.
  if (at_ == 0) keep_copied_options(packet_);
  at_ += size;
  return fragment;
}

Fragmenter6::Fragmenter6(const wire::Frame& packet, size_t mtu, uint32_t id,
                         const std::vector<uint32_t>* cuts)
    : packet_(packet), id_(id) {
  namespace next = wire::next_header;
  // Destination options before a routing header belong to the part that is not cut. Without one
  // Linux keeps them there too.
  wire::ExtensionWalk walk(packet.bytes());
  bool routed = false;
  while (walk.type() == next::kHopByHop || walk.type() == next::kRouting ||
         (walk.type() == next::kDestination && !routed)) {
    routed = routed || walk.type() == next::kRouting;
    if (!walk.step()) break;
  }
  header_ = walk.at();
  named_at_ = walk.named_at();
  payload_ = packet.size() - header_;
  const size_t headers = header_ + wire::kFragmentHeaderSize;
  if (mtu > headers) room_ = mtu - headers;
  if (cuts && cuts_fit(*cuts)) cuts_ = cuts;
}

bool Fragmenter6::cuts_fit(const std::vector<uint32_t>& cuts) const {
  if (cuts.empty() || payload_ < cuts.back() || grown(cuts) % 8 != 0) return false;
  size_t begin = 0;
  for (const uint32_t cut : cuts) {
    const size_t end = cut + grown(cuts);
    if (end - begin > room_) return false;
    begin = end;
  }
  return true;
}

wire::Frame Fragmenter6::next() {
  const size_t size =
      cuts_ ? (*cuts_)[next_cut_++] + grown(*cuts_) - at_ : next_piece(payload_ - at_, room_);
  wire::Frame fragment(header_ + wire::kFragmentHeaderSize + size);
  std::memcpy(fragment.data(), packet_.data(), header_);
  std::memcpy(fragment.data() + header_ + wire::kFragmentHeaderSize, packet_.data() + header_ + at_,
              size);
  const auto header = *wire::FragmentHeaderEdit::over(fragment.bytes().subspan(header_));
  header.fill(packet_.data()[named_at_], at_, at_ + size < payload_, id_);
  fragment.data()[named_at_] = wire::next_header::kFragment;
  store_be16(fragment.data() + 4, static_cast<uint16_t>(fragment.size() - wire::kIpv6Size));
  at_ += size;
  return fragment;
}

}  // namespace lvslab::host
