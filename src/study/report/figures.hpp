// SPDX-License-Identifier: GPL-2.0-or-later
// The figures of a report, each an <svg> element that says in words what it draws. Their numbers are in the
// page's tables.
#pragma once

#include <string>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

struct Figure {
  std::string title;
  std::string svg;
};

/// What the figures of one comparison are called in a page that has several: before their ids, which are
/// unique.
using Prefix = std::string;

/// One figure: a bar a group, how fast the candidate is where the baseline is 100 %. None without an effect.
[[nodiscard]] std::vector<Figure> speeds(const bench::Comparison& comparison, const Prefix& prefix = {});

/// Every run as a dot over the time at which it began: a figure for each group, one for the card's clock, one
/// for its temperature. None of what fewer than two points of time are known of.
[[nodiscard]] std::vector<Figure> timelines(const bench::Comparison& comparison, const bench::Side& baseline,
                                            const bench::Side& candidate, const Prefix& prefix = {});

/// A forest plot of each group, and one of its p99: how much slower the candidate is, with its interval, in
/// the band of its margin.
[[nodiscard]] std::vector<Figure> forests(const bench::Comparison& comparison, const Prefix& prefix = {});

/// A forest plot of each group with a row for each candidate: the means of their cases.
[[nodiscard]] std::vector<Figure> forests_of_arms(const std::vector<bench::Comparison>& comparisons);

/// How samples of latencies are distributed: one figure for each measurement with samples enough for a p99.
[[nodiscard]] std::vector<Figure> distributions(const bench::Comparison& comparison,
                                                const bench::Side& baseline, const bench::Side& candidate,
                                                const Prefix& prefix = {});

/// Medians over size: one figure for each case that was measured at three sizes and more.
[[nodiscard]] std::vector<Figure> curves(const bench::Comparison& comparison, const Prefix& prefix = {});

/// Medians as shares of what the hardware cannot exceed: a figure for each group that has ceilings.
[[nodiscard]] std::vector<Figure> ceilings(const bench::Comparison& comparison, const Prefix& prefix = {});

}  // namespace gpupass::study
