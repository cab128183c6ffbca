#include "emulator/conform/compare.hh"

#include <algorithm>
#include <sstream>

#include "emulator/conform/listing.hh"
#include "emulator/conform/masks.hh"
#include "emulator/conform/pieces.hh"
#include "emulator/scenario/difference.hh"
#include "emulator/wire/describe.hh"

namespace lvslab::conform {

namespace {

std::vector<SentFrame> without_noise(const std::vector<SentFrame>& frames) {
  std::vector<SentFrame> kept;
  std::copy_if(frames.begin(), frames.end(), std::back_inserter(kept),
               [](const SentFrame& frame) { return !is_noise(frame.bytes); });
  return kept;
}

// Whole if it is short, else the bytes about where they part: the case that is kept has all.
std::string hex_around(Bytes bytes, size_t at) {
  constexpr size_t kWhole = 120, kBefore = 16, kShown = 64;
  if (bytes.size() <= kWhole) return to_hex(bytes);
  const size_t first = std::min(at - std::min(at, kBefore), bytes.size());
  const auto shown = bytes.subspan(first, std::min(kShown, bytes.size() - first));
  return "[from byte " + std::to_string(first) + " of " + std::to_string(bytes.size()) + "] " +
         to_hex(shown);
}

bool alike(const SentFrame& ours, const SentFrame& kernels, Bytes input, MasksUsed& used) {
  if (ours == kernels) return true;
  if (ours.port != kernels.port || ours.bytes.size() != kernels.bytes.size()) return false;
  auto mine = ours.bytes, theirs = kernels.bytes;
  std::vector<std::string> changed;
  for (const Mask& mask : masks()) {
    const auto before = mine;
    const auto kernels_before = theirs;
    mask.apply(input, mine, theirs);
    if (mine != before || theirs != kernels_before) changed.emplace_back(mask.name);
    if (mine != theirs) continue;
    for (const auto& name : changed) ++used[name];
    return true;
  }
  return false;
}

// How many of the first frames are pieces of packets that are alike as a whole; 0: none are.
size_t pieces_alike(std::span<const SentFrame> ours, std::span<const SentFrame> kernels,
                    Bytes input, MasksUsed& used) {
  const auto mine = gather(ours), theirs = gather(kernels);
  if (!mine || !theirs || mine->headers != theirs->headers) return 0;
  return alike(mine->whole, theirs->whole, input, used) ? mine->pieces : 0;
}

// How many of the first frames are alike.
size_t count_alike(std::span<const SentFrame> ours, std::span<const SentFrame> kernels, Bytes input,
                   MasksUsed& used) {
  size_t same = 0;
  const size_t both = std::min(ours.size(), kernels.size());
  while (same < both) {
    const size_t pieces = pieces_alike(ours.subspan(same), kernels.subspan(same), input, used);
    if (pieces == 0 && !alike(ours[same], kernels[same], input, used)) break;
    same += std::max<size_t>(pieces, 1);
  }
  return same;
}

// Bytes without a name, by header: "ip+1..3".
std::string places_of(const std::vector<std::string>& strays) {
  std::map<std::string, std::pair<size_t, size_t>> spans;  // first and last offset
  std::string places;
  for (const auto& stray : strays) {
    // "byte 15 (ip + 1): 0x00 -> 0x03", or what is wrong with a header.
    const size_t open = stray.find('('), plus = stray.find(" + ", open);
    if (!stray.starts_with("byte ") || plus == std::string::npos) {
      places += " " + stray.substr(0, stray.find(' ')) + "-header";
      continue;
    }
    const size_t at = std::stoul(stray.substr(plus + 3));
    const auto [span, fresh] = spans.try_emplace(stray.substr(open + 1, plus - open - 1), at, at);
    if (!fresh) span->second.second = at;
  }
  for (const auto& [header, span] : spans) {
    places += " " + header;
    // What an error quotes begins anywhere.
    if (header == "quoted") continue;
    places += "+" + std::to_string(span.first);
    if (span.second > span.first) places += ".." + std::to_string(span.second);
  }
  return places;
}

// In which fields, and how a person reads it. Of two that have little in common the lines that
// show() gave say more than a list of fields.
constexpr size_t kMostFields = 8;
void explain(const SentFrame& ours, const SentFrame& kernels, Mismatch& mismatch) {
  if (ours.port != kernels.port) mismatch.what += " interface";
  const scenario::Layers a(ours.bytes), b(kernels.bytes);
  const auto differs = scenario::difference({a}, {b});
  const auto parted = std::mismatch(ours.bytes.begin(), ours.bytes.end(), kernels.bytes.begin(),
                                    kernels.bytes.end());
  const auto at = static_cast<size_t>(parted.first - ours.bytes.begin());
  const auto show_hex = [&] {
    mismatch.details.push_back("  ours hex   " + hex_around(ours.bytes, at));
    mismatch.details.push_back("  kernel hex " + hex_around(kernels.bytes, at));
  };
  if (differs.fields.size() > kMostFields) {
    mismatch.what += " another packet";
    return show_hex();
  }
  for (const auto& change : differs.fields) {
    mismatch.what += " " + change.field;
    mismatch.details.push_back("  " + change.field + ": ours " + change.old_value + ", kernel " +
                               change.new_value);
  }
  if (differs.fields.empty()) mismatch.what += places_of(differs.strays);
  for (const auto& stray : differs.strays)
    mismatch.details.push_back("  " + stray + " (ours -> kernel)");
  for (const auto& sum : differs.checksums) {
    if (differs.fields.empty()) mismatch.what += " checksum";
    mismatch.details.push_back("  " + sum);
  }
  if (ours.bytes.size() != kernels.bytes.size()) {
    mismatch.what += " size";
    mismatch.details.push_back("  size: ours " + std::to_string(ours.bytes.size()) + ", kernel " +
                               std::to_string(kernels.bytes.size()));
  }
  show_hex();
}

void show(const Case& played, const char* whose, const std::vector<SentFrame>& frames,
          Mismatch& mismatch) {
  if (frames.empty()) mismatch.details.push_back(std::string(whose) + " nothing");
  for (const SentFrame& frame : frames)
    mismatch.details.push_back(std::string(whose) + " " + played.interfaces[frame.port].name + " " +
                               wire::describe(frame.bytes));
}

// Those lines of `text` that `other` has not.
void show_lines(const char* whose, const std::string& text, const std::string& other,
                Mismatch& mismatch) {
  constexpr size_t kMost = 12;
  std::istringstream lines(text);
  size_t shown = 0;
  for (std::string line; std::getline(lines, line);) {
    if (("\n" + other).find("\n" + line + "\n") != std::string::npos) continue;
    if (++shown <= kMost) mismatch.details.push_back(whose + line);
  }
  if (shown == 0) mismatch.details.push_back(std::string(whose) + "no other lines");
  if (shown > kMost)
    mismatch.details.push_back(whose + std::to_string(shown - kMost) + " lines more");
}

std::string count(size_t n) {
  return n == 0 ? "nothing" : std::to_string(n);
}

// The kernel's side reads one interface after the other: which of two sent first nobody has seen.
void sort_by_port(std::vector<SentFrame>& frames) {
  std::stable_sort(frames.begin(), frames.end(),
                   [](const SentFrame& a, const SentFrame& b) { return a.port < b.port; });
}

// Puts `theirs` in the order of `mine` as far as they are alike. For what timers send: those of two
// events of one instant run in an order that hangs on how long the kernel took between the two.
void order_as(const std::vector<SentFrame>& mine, std::vector<SentFrame>& theirs) {
  MasksUsed unused;
  auto at = theirs.begin();
  for (const SentFrame& frame : mine) {
    const auto same = std::find_if(
        at, theirs.end(), [&](const SentFrame& other) { return alike(frame, other, {}, unused); });
    if (same == theirs.end()) return;
    std::rotate(at, same, std::next(same));
    ++at;
  }
}

std::optional<Mismatch> compare_frames(const Case& played, size_t index, const Answer& ours,
                                       const Answer& kernels, MasksUsed& masks) {
  const Event& event = played.events[index];
  auto mine = without_noise(ours.frames), theirs = without_noise(kernels.frames);
  sort_by_port(mine);
  sort_by_port(theirs);
  if (event.kind == EventKind::wait) order_as(mine, theirs);
  const size_t same = count_alike(mine, theirs, event.bytes, masks);
  if (same == mine.size() && same == theirs.size()) return {};
  Mismatch mismatch{index, "", {}};
  show(played, "ours   sends", mine, mismatch);
  show(played, "kernel sends", theirs, mismatch);
  if (mine.size() != theirs.size()) {
    mismatch.what = "ours sends " + count(mine.size()) + ", kernel " + count(theirs.size());
  } else {
    mismatch.what = "frame:";
    explain(mine[same], theirs[same], mismatch);
  }
  return mismatch;
}

std::optional<Mismatch> compare_texts(const Event& event, size_t index, const Answer& ours,
                                      const Answer& kernels, Duration late) {
  if (ours.refused != kernels.refused)
    return Mismatch{index,
                    std::string(ours.refused ? "ours" : "the kernel") + " refuses " +
                        event.text.substr(0, event.text.find(' ')),
                    {"ours   says " + (ours.refused ? ours.text : "yes"),
                     "kernel says " + (kernels.refused ? kernels.text : "yes")}};
  if (event.kind != EventKind::listing || ours.refused) return {};
  if (same_listing(ours.text, kernels.text, late)) return {};
  Mismatch mismatch{index, "listing " + event.text, {}};
  show_lines("ours   ", ours.text, kernels.text, mismatch);
  show_lines("kernel ", kernels.text, ours.text, mismatch);
  return mismatch;
}

}  // namespace

std::optional<Mismatch> compare(const Case& played, const Answers& ours, const Answers& kernels,
                                const Ignored& ignored, MasksUsed& masks) {
  const size_t events = std::min(ours.events.size(), kernels.events.size());
  for (size_t i = 0; i < events; ++i) {
    const Answer& mine = ours.events[i];
    const Answer& theirs = kernels.events[i];
    auto text = compare_texts(played.events[i], i, mine, theirs, kernels.late);
    if (text && !ignored.count(text->what)) return text;
    auto frames = compare_frames(played, i, mine, theirs, masks);
    if (frames && !ignored.count(frames->what)) return frames;
  }
  return {};
}

}  // namespace lvslab::conform
