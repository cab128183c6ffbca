#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::wire {

std::optional<UpperLayer> upper_layer_of(Bytes packet) {
  ExtensionWalk walk(packet);
  UpperLayer upper;
  while (walk.is_extension() && !upper.later_fragment) {
    if (walk.type() == next_header::kFragment) {
      const auto fragment = FragmentHeaderView::over(walk.header());
      if (!fragment) return {};
      upper.fragment_at = walk.at();
      upper.later_fragment = fragment->offset() != 0;
    }
    if (!walk.step()) return {};
  }
  upper.protocol = walk.type();
  upper.protocol_at = walk.named_at();
  upper.offset = walk.at();
  return upper;
}

}  // namespace lvslab::wire
