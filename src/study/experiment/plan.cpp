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

constexpr const char* k_experiment_schema = "gpupass.experiment/1";
constexpr const char* k_another_folder = "name another folder with --out";

Json settings_json(const ExperimentSettings& settings) {
  return {{"functions", settings.functions},
          {"vm", settings.vm},
          {"uri", settings.uri},
          {"image", settings.image},
          {"create", settings.create},
          {"options", settings.options},
          {"blocks", settings.blocks},
          {"arms", settings.arms},
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
  // An earlier gpupass knew two arms, and wrote neither.
  settings.arms = json.value("arms", std::vector<std::string>{});
  return settings;
}

void shuffle(std::vector<std::size_t>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

std::string in_words(const Json& value) {
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  return fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), " "));
}

}  // namespace

std::string PlannedRun::file() const {
  return fmt::format("block-{:02}-{}.json", block, file_word(role));
}

std::vector<PlannedRun> random_order(const std::vector<std::string>& roles, int blocks, std::uint64_t seed) {
  Random random(seed);
  const auto count = static_cast<std::size_t>(blocks);
  const auto arms = roles.size();
  // Those that begin one block more than others are neighbours on a ring, from a place that chance says.
  const std::size_t extra = random.below(arms);
  std::vector<std::size_t> begins;
  for (std::size_t arm = 0; arm < arms; ++arm) {
    const bool one_more = (arm + arms - (extra + 1) % arms) % arms < count % arms;
    begins.insert(begins.end(), count / arms + (one_more ? 1 : 0), arm);
  }
  shuffle(begins, random);
  std::vector<PlannedRun> runs;
  for (std::size_t block = 0; block < count; ++block) {
    std::vector<std::size_t> others;
    for (std::size_t arm = 0; arm < arms; ++arm) {
      if (arm != begins[block]) others.push_back(arm);
    }
    shuffle(others, random);
    others.insert(others.begin(), begins[block]);
    for (std::size_t place = 0; place < arms; ++place)
      runs.push_back({static_cast<int>(block) + 1, static_cast<int>(place) + 1, roles[others[place]]});
  }
  return runs;
}

std::vector<Arm> planned_arms(const ExperimentSettings& settings) {
  const auto arms = settings.arms.empty() ? arms_of({"host", "vm:" + settings.vm}) : arms_of(settings.arms);
  return arms ? *arms : std::vector<Arm>{};
}

std::vector<std::string> roles_of(const ExperimentSettings& settings) {
  std::vector<std::string> roles;
  for (const auto& arm : planned_arms(settings)) roles.push_back(arm.role);
  return roles;
}

std::vector<std::string> guests_of(const ExperimentSettings& settings) {
  std::vector<std::string> guests;
  for (const auto& arm : planned_arms(settings)) {
    if (arm.kind == ArmKind::vm) guests.push_back(arm.name);
  }
  return guests;
}

std::set<std::string> groups_asked_for(const std::vector<std::string>& options) {
  constexpr std::string_view k_group = "--group";
  std::set<std::string> groups;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    if (option.starts_with(k_group) && option.substr(k_group.size()).starts_with('='))
      groups.insert(option.substr(k_group.size() + 1));
    if (option == k_group && i + 1 < options.size()) groups.insert(options[i + 1]);
  }
  return groups;
}

std::string to_json(const ExperimentPlan& plan) {
  auto runs = Json::array();
  for (const auto& run : plan.runs)
    runs.push_back({{"block", run.block}, {"order", run.order}, {"role", run.role}, {"file", run.file()}});
  auto identities = Json::object();
  for (const auto& [function, identity] : plan.identities)
    identities[to_string(function)] = core::to_json(identity);
  return Json{{"schema", k_experiment_schema},
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
  if (json.value("schema", "") != k_experiment_schema)
    return fail(ErrorKind::invalid, fmt::format("{}: is not of schema {}", origin, k_experiment_schema),
                k_another_folder);
  if (plan.settings.blocks < 1 || plan.settings.blocks > 1000)
    return fail(ErrorKind::invalid, fmt::format("{}: {} blocks", origin, plan.settings.blocks),
                k_another_folder);
  const auto roles = roles_of(plan.settings);
  if (roles.size() < 2)
    return fail(ErrorKind::invalid, fmt::format("{}: it has no arms", origin), k_another_folder);
  plan.runs = random_order(roles, plan.settings.blocks, plan.seed);
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

Pace::Mean Pace::of(const std::string& role) const {
  const auto own = means_.find(role);
  if (own != means_.end()) return own->second;
  Mean all;
  for (const auto& [name, mean] : means_) {
    all.sum += mean.sum / mean.count;
    ++all.count;
  }
  return all;
}

void Pace::took(const std::string& role, double seconds) {
  auto& mean = means_[role];
  mean.sum += seconds;
  ++mean.count;
}

double Pace::left(const std::vector<PlannedRun>& runs) const {
  double seconds = 0;
  for (const auto& run : runs) {
    const auto mean = of(run.role);
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
