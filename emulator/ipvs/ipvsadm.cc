#include "emulator/ipvs/ipvsadm.hh"

#include <algorithm>

#include "emulator/ipvs/command_line.hh"
#include "emulator/ipvs/script.hh"
#include "emulator/ipvs/usage.hh"

namespace lvslab::ipvs {

namespace {

constexpr int kKernelRefuses = 255;
constexpr int kNoSuchService = 1;

// The program ends, whatever it was about to read.
struct End {
  int status;
};

class Run {
 public:
  Run(std::string_view input, Rules& rules, const Resolver& resolver)
      : input_(input), rules_(rules), resolver_(resolver) {}

  Outcome whole(const std::vector<std::string>& arguments) {
    try {
      outcome_.status = line(arguments);
    } catch (const End& end) {
      outcome_.status = end.status;
    }
    return std::move(outcome_);
  }

  int operator()(const Command& command) {
    try {
      rules_.apply(command);
    } catch (const Refused& refused) {
      return complain(refused.what(), kKernelRefuses);
    }
    return 0;
  }

  int operator()(const UnknownModule& request) {
    const bool there = find(request.key).has_value();
    if (there == request.edit)
      return complain("Scheduler or persistence engine not found", kKernelRefuses);
    return complain(there ? "Service already exists" : "No such service", kKernelRefuses);
  }

  int operator()(const List& list) {
    switch (list.what) {
      case List::What::connections:
        return print(list_connections(rules_.connections(), list.form, resolver_));
      case List::What::timeouts:
        return print(list_timeouts(rules_.timeouts()));
      case List::What::daemons:
        return print(list_daemons(rules_.daemons()));
      case List::What::services:
        break;
    }
    if (!list.service) return print(list_services(rules_.services(), list.form, resolver_));
    const auto service = find(*list.service);
    if (!service) throw End{complain("No such service", kNoSuchService)};
    return print(list_service(*service, list.form, resolver_));
  }

  int operator()(const Save& save) {
    return print(save_rules(rules_.services(), save.form, resolver_));
  }

  // Its status is that of the last line.
  int operator()(const Restore&) {
    if (restoring_) refuse_without_command();
    restoring_ = true;
    int status = 0;
    Script script(input_);
    while (const auto words = script.next())
      if (!words->empty()) status = line(*words);
    return status;
  }

  int operator()(const Help&) { throw End{print(usage())}; }
  int operator()(const Version&) { throw End{print(version())}; }

 private:
  int line(const std::vector<std::string>& arguments) {
    try {
      return std::visit(*this, read_command_line(arguments, resolver_));
    } catch (const Refusal& refusal) {
      const int status = complain(refusal.what(), refusal.status());
      if (refusal.line_only()) return status;
      throw End{status};
    }
  }

  std::optional<ServiceStatus> find(const ServiceKey& key) const {
    for (auto& service : rules_.services())
      if (service.rule.key == key) return service;
    return {};
  }

  int print(const std::string& text) {
    outcome_.out += text;
    return 0;
  }
  int complain(const std::string& words, int status) {
    outcome_.err += words + "\n";
    return status;
  }

  const std::string_view input_;
  Rules& rules_;
  const Resolver& resolver_;
  Outcome outcome_;
  bool restoring_ = false;
};

}  // namespace

Outcome ipvsadm(const std::vector<std::string>& arguments, std::string_view input, Rules& rules,
                const Resolver& resolver) {
  return Run(input, rules, resolver).whole(arguments);
}

bool reads_input(const std::vector<std::string>& arguments) {
  try {
    return std::holds_alternative<Restore>(read_command_line(arguments, Resolver{}));
  } catch (const Refusal&) {
    return false;
  }
}

}  // namespace lvslab::ipvs
