// SPDX-License-Identifier: GPL-2.0-or-later
// Medians over size: where a cache, a TLB or the IOMMU's reach ends, a latency climbs.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "gpupass/core/quantity.hpp"
#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

constexpr double k_curve_left = 62, k_curve_right = k_width - 14;
constexpr double k_curve_top = 28, k_curve_bottom = 196;
constexpr std::size_t k_curve_least = 3;  // sizes that make a curve

struct Curve {
  std::string name;  // "h2d.pinned", with the parameters that are no size
  const bench::Row* first = nullptr;
  std::map<double, const bench::Row*> at;  // by bytes
};

/// What names the curve that a row is a point of: all of it but its size.
std::string curve_name(const bench::Row& row) {
  auto rest = row;
  rest.params.erase("bytes");
  return title(rest);
}

std::vector<Curve> curves_of(const bench::Comparison& comparison) {
  std::vector<Curve> curves;
  for (const auto& row : comparison.rows) {
    const auto size = row.params.find("bytes");
    const bool measured = row.baseline.passed + row.candidate.passed > 0;
    if (row.statistic != bench::Statistic::median || size == row.params.end() || !measured) continue;
    const auto* const bytes = std::get_if<std::int64_t>(&size->second);
    if (bytes == nullptr || *bytes <= 0) continue;
    // Small and large copies may be measured by different quantities, and those share no axis.
    const auto name = curve_name(row);
    const auto found = std::ranges::find_if(curves, [&](const Curve& curve) {
      return curve.name == name && curve.first->unit == row.unit && curve.first->group == row.group;
    });
    auto& curve = found == curves.end() ? curves.emplace_back(Curve{name, &row, {}}) : *found;
    curve.at[static_cast<double>(*bytes)] = &row;
  }
  std::erase_if(curves, [](const Curve& curve) { return curve.at.size() < k_curve_least; });
  return curves;
}

using FiguresOf = bench::Figures bench::Row::*;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
};

Range values_of(const Curve& curve) {
  Range range;
  for (const auto& [bytes, row] : curve.at) {
    for (const auto* const figures : {&row->baseline, &row->candidate}) {
      if (figures->passed == 0) continue;
      const auto reach = figures->interval.value_or(bench::Interval{figures->value, figures->value});
      range.low = std::min(range.low, reach.low);
      range.high = std::max(range.high, reach.high);
    }
  }
  return range;
}

/// From zero, unless that would hide the small values.
Scale upwards(const Range& range) {
  if (range.high > 10 * range.low)
    return {Scale::Kind::logarithmic, range.low * 0.8, range.high * 1.25, k_curve_bottom, k_curve_top};
  return {Scale::Kind::linear, 0, range.high * 1.1, k_curve_bottom, k_curve_top};
}

void draw_frame(Canvas& canvas, const Curve& curve, const Scale& across, const Scale& up) {
  for (const double tick : up.ticks(5)) {
    const double y = up.place(tick);
    canvas.line({k_curve_left, y}, {k_curve_right, y}, "grid");
    canvas.text({k_curve_left - 5, y + 4}, Anchor::end, core::quantity(tick, curve.first->unit), "tick");
  }
  double last = -std::numeric_limits<double>::infinity();
  for (const auto& [bytes, row] : curve.at) {
    const double x = across.place(bytes);
    canvas.line({x, k_curve_bottom}, {x, k_curve_bottom + 4}, "axis");
    if (x - last < 46) continue;
    canvas.text({x, k_curve_bottom + 16}, Anchor::middle, core::size_text(static_cast<std::uint64_t>(bytes)),
                "tick");
    last = x;
  }
  canvas.line({k_curve_left, k_curve_bottom}, {k_curve_right, k_curve_bottom}, "axis");
}

void draw_side(Canvas& canvas, const Curve& curve, FiguresOf side, const Scale& across, const Scale& up,
               bool is_baseline) {
  std::vector<Point> points;
  for (const auto& [bytes, row] : curve.at) {
    const auto& figures = row->*side;
    if (figures.passed == 0) continue;
    const double x = across.place(bytes);
    points.push_back({x, up.place(figures.value)});
    if (figures.interval)
      canvas.line({x, up.place(figures.interval->low)}, {x, up.place(figures.interval->high)},
                  is_baseline ? "whisker a" : "whisker b");
  }
  canvas.polyline(points, is_baseline ? "curve a" : "curve b");
  for (const auto& point : points) canvas.dot(point, is_baseline);
}

void draw_names_of_curves(Canvas& canvas, const bench::Comparison& comparison) {
  canvas.line({k_curve_left, 12}, {k_curve_left + 22, 12}, "curve a");
  canvas.dot({k_curve_left + 11, 12}, true);
  canvas.text({k_curve_left + 27, 16}, Anchor::start, comparison.baseline);
  if (comparison.candidate_runs == 0) return;
  canvas.line({k_curve_left + 140, 12}, {k_curve_left + 162, 12}, "curve b");
  canvas.dot({k_curve_left + 151, 12}, false);
  canvas.text({k_curve_left + 167, 16}, Anchor::start, comparison.candidate);
}

std::string description(const Curve& curve, const bench::Comparison& comparison) {
  std::string text = fmt::format("{} over size. ", curve.first->metric);
  for (const auto& [bytes, row] : curve.at) {
    text += fmt::format("{}: ", core::size_text(static_cast<std::uint64_t>(bytes)));
    if (row->baseline.passed > 0)
      text += fmt::format("{} {}", comparison.baseline, core::quantity(row->baseline.value, row->unit));
    if (row->candidate.passed > 0)
      text += fmt::format("{}{} {}", row->baseline.passed > 0 ? ", " : "", comparison.candidate,
                          core::quantity(row->candidate.value, row->unit));
    text += ". ";
  }
  return text;
}

Figure figure_of(const Curve& curve, const bench::Comparison& comparison, const std::string& id) {
  const double least = curve.at.begin()->first;
  const double most = curve.at.rbegin()->first;
  const Scale across(Scale::Kind::logarithmic, least, most, k_curve_left + 14, k_curve_right - 6);
  const auto up = upwards(values_of(curve));
  Canvas canvas;
  draw_frame(canvas, curve, across, up);
  draw_names_of_curves(canvas, comparison);
  draw_side(canvas, curve, &bench::Row::baseline, across, up, true);
  draw_side(canvas, curve, &bench::Row::candidate, across, up, false);
  const auto words = fmt::format("{}: {}", curve.name, curve.first->metric);
  return {words, canvas.finish(k_curve_bottom + 24, id, words, description(curve, comparison))};
}

}  // namespace

std::vector<Figure> curves(const bench::Comparison& comparison, const Prefix& prefix) {
  std::vector<Figure> figures;
  for (const auto& curve : curves_of(comparison)) {
    figures.push_back(figure_of(curve, comparison, fmt::format("{}curve-{}", prefix, figures.size())));
  }
  return figures;
}

}  // namespace gpupass::study
