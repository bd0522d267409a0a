// SPDX-License-Identifier: GPL-2.0-or-later
// Boost.Math has no rank tests. Ranks are kept doubled, so that ties, which share a rank, have whole ones;
// the exact distributions are those of the ranks at hand and hold with ties, too.
#include "study/compare/rank_tests.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace gpupass::study {
namespace {

constexpr std::size_t k_exact_pairs = 200;
constexpr std::size_t k_exact_values = 60;

using Ranks = std::vector<std::size_t>;  // doubled: 2 for the smallest of all

std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

Ranks ranks_of(const std::vector<double>& values) {
  const auto order = order_of(values);
  Ranks ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    auto last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (auto i = first; i <= last; ++i) ranks[order[i]] = (first + 1) + (last + 1);
    first = last + 1;
  }
  return ranks;
}

/// From the probability of each sum.
double two_sided(const std::vector<double>& probability, std::size_t observed) {
  const auto at = probability.begin() + static_cast<std::ptrdiff_t>(observed);
  const double up_to = std::accumulate(probability.begin(), at + 1, 0.0);
  const double from = std::accumulate(at, probability.end(), 0.0);
  return std::min(1.0, 2 * std::min(up_to, from));
}

double two_sided(double observed, double mean, double variance) {
  if (variance == 0) return 1;
  const double distance = std::abs(observed - mean) / std::sqrt(variance);
  return 2 * cdf(complement(boost::math::normal(), distance));
}

double sum_of_squares(const Ranks& ranks) {
  return std::accumulate(ranks.begin(), ranks.end(), 0.0, [](double sum, std::size_t rank) {
    return sum + static_cast<double>(rank) * static_cast<double>(rank);
  });
}

/// Of the sum of ranks when each is counted or not with the toss of a coin.
std::vector<double> coin_sums(const Ranks& ranks, std::size_t total) {
  std::vector<double> probability(total + 1, 0.0);
  probability[0] = 1;
  for (const auto rank : ranks) {
    for (std::size_t sum = total + 1; sum-- > 0;) {
      probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2;
    }
  }
  return probability;
}

/// Of the sum of `count` ranks when each choice of that many is equally likely.
std::vector<double> choice_sums(const Ranks& ranks, std::size_t count, std::size_t total) {
  std::vector<std::vector<double>> ways(count + 1, std::vector<double>(total + 1, 0.0));
  ways[0][0] = 1;
  for (const auto rank : ranks) {
    for (std::size_t chosen = count; chosen > 0; --chosen) {
      for (std::size_t sum = rank; sum <= total; ++sum) ways[chosen][sum] += ways[chosen - 1][sum - rank];
    }
  }
  auto& last = ways.back();
  const double all = std::accumulate(last.begin(), last.end(), 0.0);
  for (auto& way : last) way /= all;
  return last;
}

}  // namespace

double signed_rank_p(const std::vector<double>& differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (sizes.empty()) return 1;
  const auto ranks = ranks_of(sizes);
  const auto total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::size_t observed = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) observed += positive[i] ? ranks[i] : 0;
  if (ranks.size() <= k_exact_pairs) return two_sided(coin_sums(ranks, total), observed);
  return two_sided(static_cast<double>(observed), static_cast<double>(total) / 2, sum_of_squares(ranks) / 4);
}

double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return 1;
  auto pooled = a;
  pooled.insert(pooled.end(), b.begin(), b.end());
  const auto ranks = ranks_of(pooled);
  const auto total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  const auto observed =
      std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(a.size()), std::size_t{0});
  if (pooled.size() <= k_exact_values) return two_sided(choice_sums(ranks, a.size(), total), observed);
  const auto n = static_cast<double>(pooled.size());
  const auto n_a = static_cast<double>(a.size());
  const auto sum = static_cast<double>(total);
  const double variance = n_a * (n - n_a) / (n * (n - 1)) * (sum_of_squares(ranks) - sum * sum / n);
  return two_sided(static_cast<double>(observed), n_a * sum / n, variance);
}

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<double> adjusted(p_values.size());
  double least = 0;
  std::size_t left = p_values.size();
  for (const auto i : order_of(p_values)) {
    least = std::max(least, std::min(1.0, p_values[i] * static_cast<double>(left)));
    adjusted[i] = least;
    --left;
  }
  return adjusted;
}

}  // namespace gpupass::study
