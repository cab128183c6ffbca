#include "emulator/lab/run.hh"

#include <algorithm>
#include <chrono>
#include <memory>

#include "emulator/base/error.hh"
#include "emulator/capture/writer.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/kernel/probe.hh"
#include "emulator/kernel/user_namespace.hh"
#include "emulator/lab/lab.hh"
#include "emulator/report/drawing.hh"
#include "emulator/scenario/evaluate.hh"

namespace lvslab::lab {

namespace {

class Stopwatch {
 public:
  // Seconds since it was made or last asked.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::vector<const topology::Host*> directors_of(const topology::Topology& topology) {
  std::vector<const topology::Host*> directors;
  for (const auto& host : topology.hosts)
    if (host.role == topology::Role::director) directors.push_back(&host);
  return directors;
}

std::string name_of(topology::Engine engine) {
  switch (engine) {
    case topology::Engine::embedded:
      return "embedded";
    case topology::Engine::ipvs:
      return "ipvs";
    case topology::Engine::external:
      return "external";
  }
  return "";
}

// "embedded"; of two that differ "embedded, ipvs", in the order of the file.
std::string engines_of(const topology::Topology& topology) {
  std::vector<std::string> names;
  for (const auto* director : directors_of(topology)) names.push_back(name_of(director->engine));
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string name_of(const std::optional<topology::Stack>& stack) {
  if (!stack) return "as in the file";
  return *stack == topology::Stack::kernel ? "kernel" : "embedded";
}

void describe_lab(const topology::Loaded& loaded, const Options& options,
                  report::RunResult& result) {
  const auto& topology = loaded.topology;
  result.lab = topology.name;
  result.about = topology.about;
  result.place = options.on == Where::sim ? "sim" : "netns";
  result.director = engines_of(topology);
  result.servers = name_of(options.servers);
  result.drawing = report::drawing(topology);
  for (const auto& warning : loaded.warnings)
    result.warnings.push_back(topology::to_string(topology.file, warning));
}

bool passed(const scenario::StepResult& step) {
  return std::all_of(step.verdicts.begin(), step.verdicts.end(),
                     [](const scenario::Verdict& verdict) { return verdict.passed; });
}

// Which steps are shown with what became of their packets, and comments in the capture.
enum class Show : uint8_t { every_step, failed_steps };

scenario::StepResult judge(const topology::Topology& topology, const topology::Step& step, Lab& lab,
                           const scenario::StepRecord& record, Show show) {
  using scenario::Journeys;
  if (show == Show::failed_steps) {
    auto quick = scenario::evaluate(topology, step, lab.evidence(), record, Journeys::left_out);
    if (passed(quick)) return quick;
  }
  lab.comment_evidence();
  return scenario::evaluate(topology, step, lab.evidence(), record, Journeys::drawn);
}

// How long the steps took on the lab's clock.
Duration play(const topology::Topology& topology, Lab& lab, Show show, report::RunResult& result) {
  Time ended{};
  for (const auto& step : topology.scenario) {
    const auto record = lab.perform(step);
    result.steps.push_back(judge(topology, step, lab, record, show));
    ended = record.ended;
  }
  return ended.time_since_epoch();
}

void write_capture(const std::string& path, const fabric::Evidence& evidence, bool simulated) {
  if (path.empty()) return;
  // Simulated time begins in 1970: the same run gives the same file.
  if (simulated) return capture::write_file(path, evidence, {});
  // Times in the file are those of the lab's clock put on today's: a capture is read by date.
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto newest = evidence.sightings.empty() ? Duration::zero()
                                                 : evidence.sightings.back().at.time_since_epoch();
  capture::FileInfo info;
  info.epoch = std::chrono::duration_cast<Duration>(since_epoch) - newest;
  capture::write_file(path, evidence, info);
}

void run_once(const topology::Loaded& loaded, const Options& options, Show show,
              report::RunResult& result) {
  const bool simulated = options.on == Where::sim;
  Stopwatch watch;
  auto lab =
      simulated ? make_sim_lab(loaded.topology, options) : make_live_lab(loaded.topology, options);
  result.up_seconds = watch.lap();
  const Duration played = play(loaded.topology, *lab, show, result);
  result.scenario_seconds = watch.lap();
  const auto& evidence = lab->evidence();
  result.frames = evidence.sightings.size();
  result.lost = evidence.lost;
  write_capture(options.pcap, evidence, simulated);
  watch.lap();
  lab.reset();
  result.down_seconds = watch.lap();
  if (simulated) {  // its own time: the same run gives the same result
    result.up_seconds = result.down_seconds = 0;
    result.scenario_seconds = to_seconds(played);
  }
  if (result.lost > 0)
    result.problem = std::to_string(result.lost) + " frames were lost by the capture";
  if (result.failed_checks() > 0 || !result.problem.empty()) result.status = report::Status::failed;
}

// Each run's result takes the place of the one before, which passed.
void run_loaded(const topology::Loaded& loaded, const Options& options, report::RunResult& result) {
  const report::RunResult fresh = result;
  Options one = options;
  for (uint64_t i = 0; i < options.repeat && result.status == report::Status::passed; ++i) {
    result = fresh;
    result.seed = one.seed = options.seed + i;
    result.runs = i + 1;
    // Of those that pass only the last is shown.
    const bool last = i + 1 == options.repeat;
    run_once(loaded, one, last ? Show::every_step : Show::failed_steps, result);
  }
}

// What this kernel cannot do another place may: the reason is kept apart.
void run_where_possible(const topology::Loaded& loaded, const Options& options,
                        report::RunResult& result) {
  if (options.on == Where::sim) return run_loaded(loaded, options, result);
  try {
    require_place(loaded.topology, options);
    kernel::UserNamespace::become_root();
    run_loaded(loaded, options, result);
  } catch (const Unavailable& error) {
    const auto& lacks = error.capability();
    result.place_reason = lacks.starts_with("this ") ? lacks : "no " + lacks + " here";
    throw;
  }
}

}  // namespace

namespace {

// Programs run on the kernel's stack alone: who has some keeps it.
void apply_servers(const Options& options, topology::Topology& topology) {
  const auto is_program = [](const topology::ServiceSpec& spec) {
    return std::holds_alternative<topology::ExecService>(spec.what);
  };
  for (auto& host : topology.hosts) {
    const bool bound = std::any_of(host.services.begin(), host.services.end(), is_program);
    if (options.servers && host.role == topology::Role::real_server && !bound)
      host.stack = *options.servers;
  }
}

void apply_directors(const Options& options, topology::Topology& topology) {
  for (const auto& [name, engine] : options.directors) {
    const auto* host = topology.find_host(name);
    if (!host || host->role != topology::Role::director)
      throw UsageError(topology.file + ": --director " + name + "=...: no director has that name");
  }
  for (auto& host : topology.hosts) {
    if (host.role != topology::Role::director) continue;
    const auto named = options.directors.find(host.name);
    if (options.director) host.engine = *options.director;
    if (named != options.directors.end()) host.engine = named->second;
    if (host.connections_at_most && host.engine != topology::Engine::embedded)
      throw Unavailable(host.name + " has 'connections-at-most', which this engine has not",
                        "--director embedded");
  }
}

void require_ip_vs() {
  const auto ip_vs = kernel::probe_ip_vs();
  if (!ip_vs.available)
    throw Unavailable("this kernel has no ip_vs",
                      ip_vs.remedy + "; or --on uml, or --director embedded");
  const auto rules = kernel::probe_ip_vs_rules();
  if (!rules.available)
    throw Unavailable("this kernel does not let us set IPVS rules: " + rules.detail,
                      rules.remedy + "; or --on uml, or --director embedded");
}

void require_programs_of(const topology::Topology& topology, const topology::Host& director) {
  if (director.engine == topology::Engine::ipvs && kernel::find_program("ipvsadm").empty())
    throw Unavailable("ipvsadm (director ipvs)", "sudo apt-get install ipvsadm");
  if (director.engine == topology::Engine::ipvs && !director.marks.empty() &&
      kernel::find_program("tc").empty())
    throw Unavailable("tc (marks of director ipvs)", "sudo apt-get install iproute2");
  if (director.engine != topology::Engine::external) return;
  const auto& program = director.command.at(0);
  if (program.find('/') == std::string::npos && kernel::find_program(program).empty())
    throw Unavailable(program + " (director of " + topology.name + ")",
                      "install the package that has it");
}

}  // namespace

topology::Loaded load_for(const std::string& file, const Options& options) {
  auto loaded = topology::load(file);
  apply_servers(options, loaded.topology);
  apply_directors(options, loaded.topology);
  return loaded;
}

void require_place(const topology::Topology& topology, const Options& options) {
  if (options.on == Where::sim)
    throw Unavailable("a lab that stays up, --on sim", "`run` and `test` can; up with --on netns");
  if (options.on == Where::uml)
    throw Unavailable("a lab that stays up, --on uml", "`run` and `test` can; up with --on netns");
  const auto directors = directors_of(topology);
  const auto is_ipvs = [](const auto* one) { return one->engine == topology::Engine::ipvs; };
  if (std::any_of(directors.begin(), directors.end(), is_ipvs)) require_ip_vs();
}

void require_programs(const topology::Topology& topology) {
  for (const auto* director : directors_of(topology)) require_programs_of(topology, *director);
}

report::RunResult run_here(const std::string& file, const Options& options) {
  report::RunResult result;
  result.file = file;
  result.seed = options.seed;
  try {
    const auto loaded = load_for(file, options);
    describe_lab(loaded, options, result);
    require_programs(loaded.topology);
    run_where_possible(loaded, options, result);
  } catch (const UsageError& error) {
    result.status = report::Status::unusable;
    result.problem = error.what();
  } catch (const Unavailable& error) {
    result.status = report::Status::unavailable;
    result.problem = error.what();
  } catch (const std::exception& error) {
    result.status = report::Status::failed;
    result.problem = error.what();
  }
  return result;
}

}  // namespace lvslab::lab
