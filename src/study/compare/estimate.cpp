// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>
#include <functional>

#include "gpupass/study/compare/random.hpp"

namespace gpupass::study {
namespace {

namespace statistics = boost::math::statistics;
using StudentsT = boost::math::students_t;

/// Of a mean.
struct Moments {
  double mean;
  double squared_error;  // variance of the mean
  double freedom;
};

Moments moments(const std::vector<double>& series) {
  const auto n = static_cast<double>(series.size());
  return {statistics::mean(series), statistics::sample_variance(series) / n, n - 1};
}

/// Welch and Satterthwaite.
double freedom(const Moments& a, const Moments& b) {
  const double error = a.squared_error + b.squared_error;
  if (error == 0) return std::min(a.freedom, b.freedom);
  return error * error /
         (a.squared_error * a.squared_error / a.freedom + b.squared_error * b.squared_error / b.freedom);
}

std::vector<double> differences(const Costs& costs) {
  std::vector<double> differences(costs.baseline.size());
  std::transform(costs.candidate.begin(), costs.candidate.end(), costs.baseline.begin(), differences.begin(),
                 std::minus<>());
  return differences;
}

double mean_of_resample(const std::vector<double>& series, Random& random) {
  double sum = 0;
  for (std::size_t i = 0; i < series.size(); ++i) sum += series[random.below(series.size())];
  return sum / static_cast<double>(series.size());
}

}  // namespace

std::optional<Estimate> estimate_mean(const std::vector<double>& series) {
  if (series.size() < 2) return std::nullopt;
  const auto all = moments(series);
  return Estimate{all.mean, std::sqrt(all.squared_error), all.freedom};
}

std::optional<Estimate> estimate(const Costs& costs) {
  if (costs.in_blocks) return estimate_mean(differences(costs));
  if (costs.baseline.size() < 2 || costs.candidate.size() < 2) return std::nullopt;
  const auto baseline = moments(costs.baseline);
  const auto candidate = moments(costs.candidate);
  return Estimate{candidate.mean - baseline.mean, std::sqrt(baseline.squared_error + candidate.squared_error),
                  freedom(baseline, candidate)};
}

Interval interval(const Estimate& estimate, double confidence) {
  const double reach =
      quantile(complement(StudentsT(estimate.freedom), (1 - confidence) / 2)) * estimate.standard_error;
  return {estimate.difference - reach, estimate.difference + reach};
}

double p_beyond(const Estimate& estimate, double margin) {
  const double excess = std::abs(estimate.difference) - margin;
  if (estimate.standard_error == 0) return excess > 0 ? 0 : 1;
  return cdf(complement(StudentsT(estimate.freedom), excess / estimate.standard_error));
}

Interval bootstrap(const Costs& costs, double confidence, int resamples, std::uint64_t seed) {
  Random random(seed);
  const auto paired = costs.in_blocks ? differences(costs) : std::vector<double>{};
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (auto& mean : means) {
    mean = costs.in_blocks
               ? mean_of_resample(paired, random)
               : mean_of_resample(costs.candidate, random) - mean_of_resample(costs.baseline, random);
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double share) {
    return means[static_cast<std::size_t>(share * static_cast<double>(means.size() - 1))];
  };
  return {at((1 - confidence) / 2), at(1 - (1 - confidence) / 2)};
}

}  // namespace gpupass::study
