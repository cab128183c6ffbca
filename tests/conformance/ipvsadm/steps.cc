#include "tests/conformance/ipvsadm/steps.hh"

#include <nlohmann/json.hpp>

namespace lvslab::conformance {

namespace {
using Json = nlohmann::json;
}

std::string to_text(const Histories& histories) {
  Json all = Json::array();
  for (const auto& history : histories) {
    Json steps = Json::array();
    for (const auto& step : history) steps.push_back({step.arguments, step.input});
    all.push_back(steps);
  }
  return all.dump();
}

Histories histories_of(const std::string& text) {
  Histories all;
  for (const auto& steps : Json::parse(text)) {
    auto& history = all.emplace_back();
    for (const auto& step : steps)
      history.push_back({step[0].get<std::vector<std::string>>(), step[1].get<std::string>()});
  }
  return all;
}

std::string to_text(const Answers& answers) {
  Json all = Json::array();
  for (const auto& history : answers) {
    Json steps = Json::array();
    for (const auto& answer : history)
      steps.push_back(Json::array({answer.status, answer.out, answer.err}));
    all.push_back(steps);
  }
  return all.dump();
}

Answers answers_of(const std::string& text) {
  Answers all;
  for (const auto& steps : Json::parse(text)) {
    auto& history = all.emplace_back();
    for (const auto& step : steps)
      history.push_back(
          {step[0].get<int>(), step[1].get<std::string>(), step[2].get<std::string>()});
  }
  return all;
}

}  // namespace lvslab::conformance
