// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gpupass/bench/names.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/study/report/content.hpp"
#include "study/compare/effect.hpp"
#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/units.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

using bench::Effect;
using bench::Verdict;

constexpr double k_forest_row = 46;  // height: two lines of words, and the mark below them
constexpr double k_forest_top = 18;  // above the first row: which side is which
constexpr double k_forest_left = 8;  // of the axis
constexpr double k_forest_right = k_width - 8;
constexpr std::size_t k_forest_letters = 32;  // of a row's name

struct Line {
  std::string name;
  std::string values;  // on both sides; of a mean there are none
  const Effect* effect;
  double margin;
  bool is_mean;
};

std::vector<Line> lines_of(const bench::Comparison& comparison, const bench::GroupRow& group,
                           bench::Statistic statistic) {
  std::vector<Line> lines;
  for (const auto& row : comparison.rows) {
    if (row.group == group.group && row.statistic == statistic && row.effect)
      lines.push_back({title(row), absolute(row), &*row.effect, row.margin, false});
  }
  if (group.effect && statistic == bench::Statistic::median) {
    const auto cases = fmt::format("mean of {} case{}", group.cases, group.cases == 1 ? "" : "s");
    lines.push_back({cases, "", &*group.effect, group.margin, true});
  }
  return lines;
}

/// Wide enough for every band and interval, up to twelve margins: what lies beyond gets an arrow.
bench::Interval domain_of(const std::vector<Line>& lines) {
  double band = 0;
  for (const auto& line : lines) band = std::max(band, log_margin(line.margin));
  double low = -1.5 * band;
  double high = 1.5 * band;
  for (const auto& line : lines) {
    low = std::min(low, line.effect->interval.low * 1.05);
    high = std::max(high, line.effect->interval.high * 1.05);
  }
  const double limit = 12 * band;
  return {std::max(low, -limit), std::min(high, limit)};
}

/// Shapes tell verdicts apart where colours do not.
void mark(Canvas& canvas, Point at, const Effect& effect) {
  switch (effect.verdict) {
    case Verdict::equivalent:
      return canvas.circle(at, 4.5, "equivalent");
    case Verdict::slower:
      return canvas.polygon({{at.x - 4, at.y - 5.5}, {at.x + 6, at.y}, {at.x - 4, at.y + 5.5}}, "slower");
    case Verdict::faster:
      return canvas.polygon({{at.x + 4, at.y - 5.5}, {at.x - 6, at.y}, {at.x + 4, at.y + 5.5}}, "faster");
    case Verdict::inconclusive:
      return canvas.circle(at, 4.5, "inconclusive");
  }
}

void mean_mark(Canvas& canvas, Point at, const Effect& effect) {
  const auto style = std::string("mean ") + name(effect.verdict);
  canvas.polygon({{at.x - 8, at.y}, {at.x, at.y - 6}, {at.x + 8, at.y}, {at.x, at.y + 6}}, style.c_str());
}

/// Where an interval goes on beyond the axis.
void arrows(Canvas& canvas, const Scale& scale, const bench::Interval& interval, double y) {
  if (scale.place(interval.high) == k_forest_right && !scale.has(interval.high))
    canvas.polyline({{k_forest_right - 5, y - 4}, {k_forest_right, y}, {k_forest_right - 5, y + 4}},
                    "interval");
  if (scale.place(interval.low) == k_forest_left && !scale.has(interval.low))
    canvas.polyline({{k_forest_left + 5, y - 4}, {k_forest_left, y}, {k_forest_left + 5, y + 4}}, "interval");
}

void draw_line(Canvas& canvas, const Scale& scale, const Line& line, double top) {
  const double y = top + 35;
  const double reach = log_margin(line.margin);
  const double left = scale.place(-reach);
  canvas.rectangle({left, top + 27}, scale.place(reach) - left, k_forest_row - 30, "band");
  canvas.line({scale.place(0), top + 27}, {scale.place(0), top + k_forest_row - 3}, "none");
  canvas.text({k_forest_left, top + 11}, Anchor::start, core::shorten(line.name, k_forest_letters),
              line.is_mean ? "strong" : "");
  canvas.text({k_forest_right, top + 11}, Anchor::end, difference(*line.effect),
              line.is_mean ? "strong number" : "number");
  canvas.text({k_forest_left, top + 23}, Anchor::start, line.values, "tick");
  canvas.line({scale.place(line.effect->interval.low), y}, {scale.place(line.effect->interval.high), y},
              "interval");
  arrows(canvas, scale, line.effect->interval, y);
  const Point at{scale.place(line.effect->log_ratio), y};
  line.is_mean ? mean_mark(canvas, at, *line.effect) : mark(canvas, at, *line.effect);
}

/// Round per cents, although they lie on an axis of logarithms.
void draw_axis(Canvas& canvas, const Scale& scale, const bench::Interval& domain, double bottom) {
  const Scale percents(Scale::Kind::linear, percent(domain.low), percent(domain.high), k_forest_left,
                       k_forest_right);
  canvas.line({k_forest_left, bottom}, {k_forest_right, bottom}, "axis");
  for (const double tick : percents.ticks(8)) {
    const double x = scale.place(std::copysign(std::log1p(std::abs(tick) / 100), tick));
    canvas.line({x, bottom}, {x, bottom + 4}, "axis");
    if (x > k_forest_left + 8 && x < k_forest_right - 12)
      canvas.text({x, bottom + 15}, Anchor::middle, tick == 0 ? "0 %" : fmt::format("{:+g} %", tick), "tick");
  }
}

std::string description(const std::vector<Line>& lines, const std::string& candidate) {
  std::string text;
  for (const auto& line : lines) {
    const auto& is = candidate.empty() ? line.name : candidate;
    text += (candidate.empty() ? "" : line.name + ": ") + sentence(is, *line.effect, line.margin) + ". ";
  }
  return text;
}

/// Who is compared with whom: in a forest of arms each row has a name of its own.
struct Who {
  std::string candidate, baseline;
};

/// `id` is unique among the forests of a page.
Figure forest(const Who& who, const std::string& title, const std::string& id,
              const std::vector<Line>& lines) {
  const auto domain = domain_of(lines);
  const Scale scale(Scale::Kind::linear, domain.low, domain.high, k_forest_left, k_forest_right);
  Canvas canvas;
  const double bottom = k_forest_top + k_forest_row * static_cast<double>(lines.size()) + 2;
  canvas.text({k_forest_left, 11}, Anchor::start,
              who.candidate.empty() ? "◂ faster" : fmt::format("◂ {} faster", who.candidate), "tick");
  canvas.text({k_forest_right, 11}, Anchor::end,
              who.candidate.empty() ? "slower ▸" : fmt::format("{} slower ▸", who.candidate), "tick");
  double top = k_forest_top;
  for (const auto& line : lines) {
    draw_line(canvas, scale, line, top);
    top += k_forest_row;
  }
  draw_axis(canvas, scale, domain, bottom);
  const auto words = fmt::format("{} beside {}: {}", who.candidate.empty() ? "every arm" : who.candidate,
                                 who.baseline, title);
  return {title, canvas.finish(bottom + 20, id, words, description(lines, who.candidate))};
}

}  // namespace

std::vector<Figure> forests_of_arms(const std::vector<bench::Comparison>& comparisons) {
  std::vector<Figure> figures;
  for (const auto& kind : bench::k_groups) {
    std::vector<Line> lines;
    for (const auto& comparison : comparisons) {
      const auto group = std::ranges::find(comparison.groups, kind.value, &bench::GroupRow::group);
      if (group == comparison.groups.end() || !group->effect) continue;
      const auto cases = fmt::format("mean of {} case{}", group->cases, group->cases == 1 ? "" : "s");
      lines.push_back({comparison.candidate, cases, &*group->effect, group->margin, true});
    }
    const std::string title = name(kind.value);
    if (!lines.empty())
      figures.push_back(forest({"", comparisons.front().baseline}, title, "arms-" + title, lines));
  }
  return figures;
}

std::vector<Figure> forests(const bench::Comparison& comparison, const Prefix& prefix) {
  const Who who{comparison.candidate, comparison.baseline};
  const auto id = [&](const std::string& title) { return prefix + "forest-" + title; };
  std::vector<Figure> figures;
  for (const auto& group : comparison.groups) {
    const std::string title = name(group.group);
    // Longest waits spread so much more than medians that on one axis nothing would be seen of those.
    const auto medians = lines_of(comparison, group, bench::Statistic::median);
    const auto tails = lines_of(comparison, group, bench::Statistic::p99);
    if (!medians.empty()) figures.push_back(forest(who, title, id(title), medians));
    if (!tails.empty()) figures.push_back(forest(who, title + ", p99", id(title + "-p99"), tails));
  }
  return figures;
}

}  // namespace gpupass::study
