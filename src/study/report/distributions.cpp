// SPDX-License-Identifier: GPL-2.0-or-later
// Empirical distributions of latencies. The axis of shares is stretched towards 100 %, because a guest's
// latencies differ there if at all: each step upwards has a tenth of the samples beyond it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gpupass/core/quantity.hpp"
#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/units.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

using Values = std::vector<double>;

constexpr double k_distribution_left = 46, k_distribution_right = k_width - 10;
constexpr double k_distribution_top = 26, k_distribution_bottom = 196;
constexpr std::size_t k_distribution_points = 240;  // of a drawn line
constexpr const char* k_id = "distribution";

/// The samples of all runs that passed, sorted.
Values pooled(const bench::Side& side, const std::string& key) {
  Values all;
  for (const auto& run : side.runs) {
    for (const auto& measurement : run.benchmarks) {
      if (measurement.status != bench::Status::passed || bench::key(measurement) != key) continue;
      const auto values = bench::values(measurement);
      all.insert(all.end(), values.begin(), values.end());
    }
  }
  std::ranges::sort(all);
  return all;
}

/// 0 for none of the samples, 1 for 90 %, 2 for 99 %.
double nines(double share) {
  return -std::log10(1 - share);
}

std::vector<Point> steps(const Values& sorted, const Scale& across, double most_nines) {
  const Scale up(Scale::Kind::linear, 0, most_nines, k_distribution_bottom, k_distribution_top);
  std::vector<Point> points;
  for (std::size_t i = 0; i < k_distribution_points; ++i) {
    const double wanted = most_nines * static_cast<double>(i) / (k_distribution_points - 1);
    const double share = 1 - std::pow(10, -wanted);
    const auto sample =
        std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())));
    points.push_back({across.place(sorted[sample]), up.place(wanted)});
  }
  return points;
}

void draw_frame(Canvas& canvas, const Scale& across, double most_nines, const std::string& unit) {
  const Scale up(Scale::Kind::linear, 0, most_nines, k_distribution_bottom, k_distribution_top);
  for (const double share : {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    if (nines(share) > most_nines) break;
    const double y = up.place(nines(share));
    canvas.line({k_distribution_left, y}, {k_distribution_right, y}, "grid");
    canvas.text({k_distribution_left - 5, y + 4}, Anchor::end, fmt::format("{:g} %", share * 100), "tick");
  }
  for (const double tick : across.ticks(5)) {
    const double x = across.place(tick);
    canvas.line({x, k_distribution_bottom}, {x, k_distribution_bottom + 4}, "axis");
    if (x < k_distribution_right - 14)
      canvas.text({x, k_distribution_bottom + 16}, Anchor::middle, core::quantity(tick, unit), "tick");
  }
  canvas.line({k_distribution_left, k_distribution_bottom}, {k_distribution_right, k_distribution_bottom},
              "axis");
}

void draw_names_of_distributions(Canvas& canvas, const bench::Comparison& comparison) {
  canvas.line({k_distribution_left, 12}, {k_distribution_left + 22, 12}, "curve a");
  canvas.text({k_distribution_left + 27, 16}, Anchor::start, comparison.baseline);
  if (comparison.candidate_runs == 0) return;
  canvas.line({k_distribution_left + 150, 12}, {k_distribution_left + 172, 12}, "curve b");
  canvas.text({k_distribution_left + 177, 16}, Anchor::start, comparison.candidate);
}

double at_share(const Values& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

std::string in_words(const std::string& side, const Values& sorted, const std::string& unit) {
  if (sorted.empty()) return "";
  return fmt::format("{}: {} samples, half of them up to {}, 99 % up to {}, the longest {}. ", side,
                     sorted.size(), core::quantity(at_share(sorted, 0.5), unit),
                     core::quantity(at_share(sorted, 0.99), unit), core::quantity(sorted.back(), unit));
}

Figure distribution(const bench::Comparison& comparison, const bench::Row& row, const Values& ours,
                    const Values& theirs, const std::string& id) {
  const auto& longest = theirs.empty() || (!ours.empty() && ours.back() > theirs.back()) ? ours : theirs;
  const auto& shortest = theirs.empty() || (!ours.empty() && ours.front() < theirs.front()) ? ours : theirs;
  const double most_nines = std::log10(static_cast<double>(std::max(ours.size(), theirs.size())));
  const Scale across(Scale::Kind::logarithmic, shortest.front() * 0.95, longest.back() * 1.05,
                     k_distribution_left, k_distribution_right);
  Canvas canvas;
  draw_frame(canvas, across, most_nines, row.unit);
  draw_names_of_distributions(canvas, comparison);
  if (!ours.empty()) canvas.polyline(steps(ours, across, most_nines), "curve a");
  if (!theirs.empty()) canvas.polyline(steps(theirs, across, most_nines), "curve b");
  auto median = row;
  median.statistic = bench::Statistic::median;
  const auto words = title(median);
  return {words, canvas.finish(k_distribution_bottom + 24, id, words,
                               "Share of samples that took at most this long. " +
                                   in_words(comparison.baseline, ours, row.unit) +
                                   in_words(comparison.candidate, theirs, row.unit))};
}

}  // namespace

std::vector<Figure> distributions(const bench::Comparison& comparison, const bench::Side& baseline,
                                  const bench::Side& candidate, const Prefix& prefix) {
  std::vector<Figure> figures;
  for (const auto& row : comparison.rows) {
    if (row.statistic != bench::Statistic::p99 || row.better != bench::Better::lower) continue;
    const auto ours = pooled(baseline, row.key);
    const auto theirs = pooled(candidate, row.key);
    if (ours.empty() && theirs.empty()) continue;
    figures.push_back(
        distribution(comparison, row, ours, theirs, fmt::format("{}{}-{}", prefix, k_id, figures.size())));
  }
  return figures;
}

}  // namespace gpupass::study
