#include "emulator/fuzz/hunt.hh"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/base/error.hh"
#include "emulator/capture/writer.hh"
#include "emulator/fuzz/shrink.hh"
#include "emulator/kernel/child.hh"
#include "emulator/kernel/user_namespace.hh"

namespace lvslab::fuzz {

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

// A child plays for about so long, so that progress is told and little is lost in a crash.
constexpr std::chrono::milliseconds kBatch{500};
// A story in memory takes milliseconds; one on a kernel its own patience.
constexpr Duration kLongestStory = std::chrono::minutes(2);

// What a child has to say.
struct Report {
  uint64_t stories = 0, frames = 0;
  uint64_t seed = 0;  // of the latest story
  std::optional<Trouble> trouble;
};

std::string text_of(const Report& report) {
  json document = {{"stories", report.stories}, {"frames", report.frames}, {"seed", report.seed}};
  if (report.trouble)
    document["trouble"] = {{"name", report.trouble->name},
                           {"text", report.trouble->text},
                           {"step", report.trouble->step}};
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Report report_of(const std::string& text) {
  const auto document = json::parse(text);
  Report report{document.at("stories"), document.at("frames"), document.at("seed"), {}};
  if (document.contains("trouble")) {
    const auto& trouble = document["trouble"];
    report.trouble = Trouble{trouble.at("name"), trouble.at("text"), trouble.at("step")};
  }
  return report;
}

// In a child. What keeps a lab from being built ends the hunt: the same would come again.
constexpr const char* kUnavailable = "unavailable\n";
constexpr const char* kUnusable = "unusable\n";

kernel::ChildResult in_child(const std::function<Report()>& work, Duration longest) {
  return kernel::run_in_child(
      [&] {
        try {
          return text_of(work());
        } catch (const Unavailable& error) {
          return kUnavailable + error.capability() + "\n" + error.remedy();
        } catch (const UsageError& error) {
          return kUnusable + std::string(error.what());
        }
      },
      longest);
}

void rethrow(const std::string& output) {
  if (output.starts_with(kUnusable)) throw UsageError(output.substr(output.find('\n') + 1));
  if (!output.starts_with(kUnavailable)) return;
  const size_t first = output.find('\n') + 1, second = output.find('\n', first);
  throw Unavailable(output.substr(first, second - first), output.substr(second + 1));
}

std::string ending_of(const kernel::ChildResult& ended) {
  if (ended.timed_out) return "it did not end and was killed";
  if (ended.signal != 0) return "killed by signal " + std::to_string(ended.signal);
  return "ended with status " + std::to_string(ended.status.value_or(-1)) + ": " + ended.output;
}

topology::Topology story_of(const topology::Topology& topology, const HuntOptions& options,
                            uint64_t seed) {
  const Kinds kinds{options.lab.on == lab::Where::sim, true};
  topology::Topology story = topology;
  story.scenario = plan(topology, seed, kinds);
  return story;
}

lab::Options with_seed(lab::Options options, uint64_t seed) {
  options.seed = seed;
  return options;
}

void enter(const lab::Options& options) {
  if (options.on != lab::Where::sim) kernel::UserNamespace::become_root();
}

// From `seed` on, until trouble, `most` stories or the end of the batch.
Report play_batch(const topology::Topology& topology, const HuntOptions& options, uint64_t seed,
                  uint64_t most) {
  enter(options.lab);
  const auto end = Clock::now() + kBatch;
  Report report;
  for (; report.stories < most && !report.trouble; ++report.stories) {
    if (report.stories > 0 && Clock::now() >= end) break;
    report.seed = seed + report.stories;
    const auto played =
        play(story_of(topology, options, report.seed), with_seed(options.lab, report.seed));
    report.frames += played.frames;
    report.trouble = played.trouble;
  }
  return report;
}

// Alone: what troubles it, a crash included.
std::optional<Trouble> trouble_of(const topology::Topology& story, const lab::Options& options) {
  const auto ended = in_child(
      [&] {
        enter(options);
        return Report{1, 0, options.seed, play(story, options).trouble};
      },
      kLongestStory);
  if (!ended.ok()) return Trouble{"crash", ending_of(ended), 0};
  rethrow(ended.output);
  return report_of(ended.output).trouble;
}

class Hunter {
 public:
  Hunter(const topology::Topology& topology, const HuntOptions& options)
      : topology_(topology), options_(options) {}

  Hunt run() {
    const auto began = Clock::now();
    const auto end = began + options_.time;
    while (!hunt_.found && !enough() && Clock::now() < end) {
      batch();
      if (options_.progress) options_.progress(hunt_.stories, hunt_.frames);
    }
    hunt_.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    return std::move(hunt_);
  }

 private:
  bool enough() const { return options_.count != 0 && hunt_.stories >= options_.count; }

  void batch() {
    const uint64_t seed = options_.lab.seed + hunt_.stories;
    const uint64_t most = options_.count == 0 ? 1'000'000 : options_.count - hunt_.stories;
    const auto ended =
        in_child([&] { return play_batch(topology_, options_, seed, most); }, kLongestStory);
    if (!ended.ok()) return find_crash(seed, most);
    rethrow(ended.output);
    const Report report = report_of(ended.output);
    hunt_.stories += report.stories;
    hunt_.frames += report.frames;
    if (report.trouble) found(report.seed, *report.trouble);
  }

  // Somewhere in a batch that died: one by one.
  void find_crash(uint64_t seed, uint64_t most) {
    constexpr uint64_t kMost = 100'000;
    for (uint64_t i = 0; i < std::min(most, kMost) && !hunt_.found; ++i) {
      const auto story = story_of(topology_, options_, seed + i);
      ++hunt_.stories;
      if (const auto trouble = trouble_of(story, with_seed(options_.lab, seed + i)))
        found(seed + i, *trouble);
    }
  }

  void found(uint64_t seed, const Trouble& trouble) {
    const auto options = with_seed(options_.lab, seed);
    auto story = story_of(topology_, options_, seed);
    Found found{seed, trouble, {}, story.scenario.size()};
    Trouble latest = trouble;
    const Shows shows = [&](const topology::Topology& smaller) {
      const auto again = trouble_of(smaller, options);
      if (!again || again->name != trouble.name) return false;
      latest = *again;
      return true;
    };
    found.story = shrink(std::move(story), shows, options_.shrink);
    found.trouble = latest;
    hunt_.found = std::move(found);
  }

  const topology::Topology& topology_;
  const HuntOptions& options_;
  Hunt hunt_;
};

}  // namespace

Hunt hunt(const topology::Topology& topology, const HuntOptions& options) {
  if (plan(topology, options.lab.seed, {}).empty())
    throw UsageError(topology.file + ": no client has a way to a virtual service: nothing to try");
  return Hunter(topology, options).run();
}

std::optional<Trouble> replay_to(const topology::Topology& story, const lab::Options& options,
                                 const std::string& pcap) {
  const auto ended = in_child(
      [&] {
        enter(options);
        fabric::Evidence evidence;
        Report report{1, 0, options.seed, play(story, options, &evidence).trouble};
        capture::write_file(pcap, evidence);
        return report;
      },
      kLongestStory);
  if (!ended.ok()) return Trouble{"crash", ending_of(ended), 0};
  rethrow(ended.output);
  return report_of(ended.output).trouble;
}

}  // namespace lvslab::fuzz
