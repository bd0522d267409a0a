// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "gpupass/core/identity_json.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/study/compare/random.hpp"

namespace gpupass::study {
namespace {

using core::Json;

constexpr const char* k_schema = "gpupass.experiment/1";
constexpr const char* k_another_folder = "name another folder with --out";

Json settings_json(const ExperimentSettings& settings) {
  return {{"functions", settings.functions},
          {"vm", settings.vm},
          {"uri", settings.uri},
          {"image", settings.image},
          {"create", settings.create},
          {"options", settings.options},
          {"blocks", settings.blocks},
          {"program_sha256", settings.program_sha256}};
}

ExperimentSettings settings_from(const Json& json) {
  ExperimentSettings settings;
  json.at("functions").get_to(settings.functions);
  json.at("vm").get_to(settings.vm);
  json.at("uri").get_to(settings.uri);
  json.at("image").get_to(settings.image);
  json.at("create").get_to(settings.create);
  json.at("options").get_to(settings.options);
  json.at("blocks").get_to(settings.blocks);
  json.at("program_sha256").get_to(settings.program_sha256);
  return settings;
}

std::string in_words(const Json& value) {
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  return fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), " "));
}

}  // namespace

std::string PlannedRun::file() const {
  return fmt::format("block-{:02}-{}.json", block, role);
}

std::vector<PlannedRun> random_order(int blocks, std::uint64_t seed) {
  Random random(seed);
  std::vector<bool> host_first(static_cast<std::size_t>(blocks));
  const std::size_t extra = random.below(2);
  for (std::size_t i = 0; i < host_first.size(); ++i) host_first[i] = i < (host_first.size() + extra) / 2;
  for (std::size_t i = host_first.size(); i > 1; --i) {
    const auto j = random.below(i);
    const bool moved = host_first[i - 1];
    host_first[i - 1] = host_first[j];
    host_first[j] = moved;
  }
  std::vector<PlannedRun> runs;
  for (int block = 1; block <= blocks; ++block) {
    const bool first = host_first[static_cast<std::size_t>(block - 1)];
    runs.push_back({block, 1, first ? "host" : "guest"});
    runs.push_back({block, 2, first ? "guest" : "host"});
  }
  return runs;
}

std::string to_json(const ExperimentPlan& plan) {
  auto runs = Json::array();
  for (const auto& run : plan.runs)
    runs.push_back({{"block", run.block}, {"order", run.order}, {"role", run.role}, {"file", run.file()}});
  auto identities = Json::object();
  for (const auto& [function, identity] : plan.identities)
    identities[to_string(function)] = core::to_json(identity);
  return Json{{"schema", k_schema},
              {"gpupass", plan.version},
              {"created", plan.created},
              {"seed", plan.seed},
              {"settings", settings_json(plan.settings)},
              {"identities", identities},
              {"runs", runs}}
             .dump(2) +
         "\n";
}

Result<ExperimentPlan> plan_from_json(const std::string& text) {
  const std::string origin = "plan.json";
  GPUPASS_TRY_ASSIGN(const auto json, core::parse_json(text, origin));
  GPUPASS_TRY_ASSIGN(auto plan, core::take_from_json(origin, [&] {
                       ExperimentPlan taken;
                       json.at("gpupass").get_to(taken.version);
                       json.at("created").get_to(taken.created);
                       json.at("seed").get_to(taken.seed);
                       taken.settings = settings_from(json.at("settings"));
                       // An earlier gpupass wrote none.
                       const auto identities = json.value("identities", Json::object());
                       for (const auto& [function, identity] : identities.items())
                         taken.identities.emplace(core::address_from_json(function),
                                                  core::identity_from_json(identity));
                       return taken;
                     }));
  if (json.value("schema", "") != k_schema)
    return fail(ErrorKind::invalid, fmt::format("{}: is not of schema {}", origin, k_schema),
                k_another_folder);
  if (plan.settings.blocks < 1 || plan.settings.blocks > 1000)
    return fail(ErrorKind::invalid, fmt::format("{}: {} blocks", origin, plan.settings.blocks),
                k_another_folder);
  plan.runs = random_order(plan.settings.blocks, plan.seed);
  return plan;
}

std::string difference(const ExperimentSettings& there, const ExperimentSettings& asked) {
  const auto theirs = settings_json(there);
  const auto ours = settings_json(asked);
  std::vector<std::string> words;
  for (const auto& [name, value] : theirs.items()) {
    if (value != ours.at(name))
      words.push_back(
          fmt::format("{}: \"{}\" there, \"{}\" now", name, in_words(value), in_words(ours.at(name))));
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

const Pace::Mean& Pace::of(const std::string& role) const {
  const auto& own = role == "host" ? host_ : guest_;
  const auto& other = role == "host" ? guest_ : host_;
  return own.count > 0 ? own : other;
}

void Pace::took(const std::string& role, double seconds) {
  auto& mean = role == "host" ? host_ : guest_;
  mean.sum += seconds;
  ++mean.count;
}

double Pace::left(const std::vector<PlannedRun>& runs) const {
  double seconds = 0;
  for (const auto& run : runs) {
    const auto& mean = of(run.role);
    if (mean.count == 0) return -1;
    seconds += mean.sum / mean.count;
  }
  return seconds;
}

std::string duration_text(double seconds) {
  constexpr int k_minute = 60;
  constexpr int k_hour = 3600;
  const int whole = static_cast<int>(std::lround(seconds));
  if (whole < 2 * k_minute) return fmt::format("{} s", whole);
  if (whole < 2 * k_hour) return fmt::format("{} min", (whole + k_minute / 2) / k_minute);
  return fmt::format("{} h {} min", whole / k_hour, whole % k_hour / k_minute);
}

}  // namespace gpupass::study
