// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/effect.hpp"

#include <cmath>

#include "study/compare/rank_tests.hpp"

namespace gpupass::study {
namespace {

using bench::Effect;
using bench::Verdict;

double rank_p(const Costs& costs) {
  if (!costs.in_blocks) return rank_sum_p(costs.baseline, costs.candidate);
  std::vector<double> differences;
  for (std::size_t i = 0; i < costs.baseline.size(); ++i)
    differences.push_back(costs.candidate[i] - costs.baseline[i]);
  return signed_rank_p(differences);
}

void adjust(const std::vector<Effect*>& family, double Effect::*raw, double Effect::*adjusted) {
  std::vector<double> p_values;
  p_values.reserve(family.size());
  for (const auto* const effect : family) p_values.push_back(effect->*raw);
  const auto by_holm = holm(p_values);
  for (std::size_t i = 0; i < family.size(); ++i) family[i]->*adjusted = by_holm[i];
}

}  // namespace

double log_margin(double margin) {
  return std::log1p(margin);
}

Verdict verdict_of(const Interval& interval, double margin) {
  const double reach = log_margin(margin);
  if (interval.low > reach) return Verdict::slower;
  if (interval.high < -reach) return Verdict::faster;
  return interval.low >= -reach && interval.high <= reach ? Verdict::equivalent : Verdict::inconclusive;
}

std::optional<Effect> effect_of(const Costs& costs, double margin,
                                const bench::ComparisonSettings& settings) {
  const auto found = estimate(costs);
  if (!found) return std::nullopt;
  Effect effect;
  effect.log_ratio = found->difference;
  effect.interval = interval(*found, settings.confidence);
  effect.bootstrap = bootstrap(costs, settings.confidence, settings.resamples, settings.seed);
  effect.p_rank = effect.p_rank_holm = rank_p(costs);
  effect.p_beyond = effect.p_beyond_holm = p_beyond(*found, log_margin(margin));
  effect.verdict = verdict_of(effect.interval, margin);
  return effect;
}

void adjust(const std::vector<Effect*>& family) {
  adjust(family, &Effect::p_rank, &Effect::p_rank_holm);
  adjust(family, &Effect::p_beyond, &Effect::p_beyond_holm);
}

bool surely_beyond(const Effect& effect, double confidence) {
  // The interval has two ends, p_beyond is of one.
  return effect.p_beyond_holm < (1 - confidence) / 2;
}

}  // namespace gpupass::study
