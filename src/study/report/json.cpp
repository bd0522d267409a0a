// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "gpupass/core/json.hpp"
#include "gpupass/study/report/formats.hpp"
#include "study/compare/environment.hpp"
#include "study/report/notices.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

core::Json json_of(const bench::Interval& interval) {
  return {interval.low, interval.high};
}

core::Json json_of(const std::optional<bench::Effect>& effect) {
  if (!effect) return nullptr;
  return {{"log_ratio", effect->log_ratio},          {"interval", json_of(effect->interval)},
          {"bootstrap", json_of(effect->bootstrap)}, {"p_rank", effect->p_rank},
          {"p_rank_holm", effect->p_rank_holm},      {"p_beyond", effect->p_beyond},
          {"p_beyond_holm", effect->p_beyond_holm},  {"differs", effect->differs()},
          {"verdict", name(effect->verdict)}};
}

core::Json json_of(const bench::Figures& figures) {
  core::Json json = {{"passed", figures.passed}, {"wrong", figures.wrong}, {"absent", words(figures.absent)}};
  if (figures.passed > 0) json["value"] = figures.value;
  if (figures.interval) {
    json["interval"] = json_of(*figures.interval);
    json["spread"] = figures.spread;
  }
  if (figures.ceiling) json["ceiling"] = *figures.ceiling;
  return json;
}

core::Json json_of(const bench::Row& row) {
  return {{"case", row.key},
          {"statistic", name(row.statistic)},
          {"group", name(row.group)},
          {"metric", row.metric},
          {"unit", row.unit},
          {"better", row.better == bench::Better::higher ? "higher" : "lower"},
          {"margin", row.margin},
          {"replicates", row.replicates},
          {"baseline", json_of(row.baseline)},
          {"candidate", json_of(row.candidate)},
          {"effect", json_of(row.effect)}};
}

core::Json json_of(const bench::GroupRow& group, const bench::Comparison& comparison) {
  return {{"group", name(group.group)},
          {"part", name(group.part)},
          {"margin", group.margin},
          {"cases", group.cases},
          {"left_out", group.left_out},
          {"effect", json_of(group.effect)},
          {"worst", group.worst ? core::Json(comparison.rows[*group.worst].key) : core::Json(nullptr)}};
}

core::Json json_of(const bench::Difference& difference) {
  return {{"fact", difference.fact},
          {"baseline", difference.baseline},
          {"candidate", difference.candidate},
          {"weight", name(difference.weight)},
          {"meaning", kind_of(difference.fact).meaning}};
}

template <class Items, class... More>
core::Json list_of(const Items& items, const More&... more) {
  core::Json list = core::Json::array();
  for (const auto& item : items) list.push_back(json_of(item, more...));
  return list;
}

core::Json json_of(const bench::Comparison& comparison) {
  const auto& settings = comparison.settings;
  return {{"schema", "gpupass.bench.comparison/1"},
          {"baseline", {{"name", comparison.baseline}, {"runs", comparison.baseline_runs}}},
          {"candidate", {{"name", comparison.candidate}, {"runs", comparison.candidate_runs}}},
          {"settings",
           {{"margins",
             {{"rate", settings.margins.rate},
              {"latency", settings.margins.latency},
              {"tail", settings.margins.tail}}},
            {"confidence", settings.confidence},
            {"resamples", settings.resamples},
            {"seed", settings.seed},
            {"in_blocks", comparison.in_blocks}}},
          {"answer", comparison.answer ? core::Json(name(*comparison.answer)) : core::Json(nullptr)},
          {"headline", headline(comparison)},
          {"doubts", sentences(comparison, comparison.doubts)},
          {"findings", sentences(comparison, comparison.findings)},
          {"open", sentences(comparison, comparison.open)},
          {"remarks", sentences(comparison, comparison.remarks)},
          {"groups", list_of(comparison.groups, comparison)},
          {"rows", list_of(comparison.rows)},
          {"differences", list_of(comparison.differences)}};
}

}  // namespace

core::Json to_json(const Reports& reports) {
  const auto& first = reports.front().comparison;
  if (reports.size() == 1) return json_of(first);
  const auto answer = answer_of(reports);
  core::Json comparisons = core::Json::array();
  for (const auto& report : reports) comparisons.push_back(json_of(report.comparison));
  return {{"schema", "gpupass.bench.comparisons/1"},
          {"baseline", {{"name", first.baseline}, {"runs", first.baseline_runs}}},
          {"answer", answer ? core::Json(name(*answer)) : core::Json(nullptr)},
          {"comparisons", std::move(comparisons)}};
}

}  // namespace gpupass::study
