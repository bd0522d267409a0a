// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/printable.hpp"
#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/units.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

constexpr double k_ceiling_left = 8, k_ceiling_right = k_width - 8;
constexpr double k_ceiling_top = 22;  // of the first row, below the names
constexpr double k_ceiling_bar = 9;
constexpr std::size_t k_ceiling_letters = 36;

/// Nothing without a ceiling or a result.
std::optional<double> share_of(const bench::Figures& figures, bench::Better better) {
  if (!figures.ceiling || figures.passed == 0) return std::nullopt;
  return better == bench::Better::higher ? figures.value / *figures.ceiling
                                         : *figures.ceiling / figures.value;
}

bool has_share(const bench::Row& row) {
  return row.statistic == bench::Statistic::median &&
         (share_of(row.baseline, row.better) || share_of(row.candidate, row.better));
}

/// One bar, to a ceiling that is drawn at 100 %; what exceeds it is drawn to it and said.
void bar(Canvas& canvas, const Scale& scale, double top, std::optional<double> share, const char* style) {
  if (!share) return;
  canvas.rectangle({k_ceiling_left, top}, scale.place(*share) - k_ceiling_left, k_ceiling_bar, style);
}

std::string shares_in_words(const bench::Row& row) {
  const auto ours = share_of(row.baseline, row.better);
  const auto theirs = share_of(row.candidate, row.better);
  if (ours && theirs) return fmt::format("{} · {}", share(*ours), share(*theirs));
  return share(ours ? *ours : *theirs);
}

void draw_names_of_ceilings(Canvas& canvas, const bench::Comparison& comparison) {
  canvas.rectangle({k_ceiling_left, 3}, 14, k_ceiling_bar, "bar a");
  canvas.text({k_ceiling_left + 19, 12}, Anchor::start, comparison.baseline);
  if (comparison.candidate_runs == 0) return;
  canvas.rectangle({k_ceiling_left + 130, 3}, 14, k_ceiling_bar, "bar b");
  canvas.text({k_ceiling_left + 149, 12}, Anchor::start, comparison.candidate);
}

/// Behind the bars, and not behind the words between them.
void draw_grid(Canvas& canvas, const Scale& scale, double row_height, std::size_t rows) {
  const double bottom = k_ceiling_top + row_height * static_cast<double>(rows);
  for (const double tick : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double x = scale.place(tick);
    const auto anchor = tick == 0 ? Anchor::start : tick == 1 ? Anchor::end : Anchor::middle;
    canvas.text({x, bottom + 13}, anchor, fmt::format("{:g} %", tick * 100), "tick");
    for (std::size_t row = 0; row < rows; ++row) {
      const double top = k_ceiling_top + row_height * static_cast<double>(row);
      canvas.line({x, top + 14}, {x, top + row_height}, tick == 1 ? "none" : "grid");
    }
  }
}

void draw_row(Canvas& canvas, const Scale& scale, const bench::Row& row, double top) {
  canvas.text({k_ceiling_left, top + 10}, Anchor::start, core::shorten(title(row), k_ceiling_letters));
  canvas.text({k_ceiling_right, top + 10}, Anchor::end, shares_in_words(row), "number");
  bar(canvas, scale, top + 15, share_of(row.baseline, row.better), "bar a");
  bar(canvas, scale, top + 16 + k_ceiling_bar, share_of(row.candidate, row.better), "bar b");
}

Figure ceiling(const bench::Comparison& comparison, bench::Group group,
               const std::vector<const bench::Row*>& rows, const Prefix& prefix) {
  const Scale scale(Scale::Kind::linear, 0, 1, k_ceiling_left, k_ceiling_right);
  const double row_height = comparison.candidate_runs > 0 ? 42 : 32;
  const double bottom = k_ceiling_top + row_height * static_cast<double>(rows.size());
  Canvas canvas;
  draw_names_of_ceilings(canvas, comparison);
  draw_grid(canvas, scale, row_height, rows.size());
  double top = k_ceiling_top;
  std::string words;
  for (const auto* const row : rows) {
    draw_row(canvas, scale, *row, top);
    words += fmt::format("{}: {}. ", title(*row), shares_in_words(*row));
    top += row_height;
  }
  const auto heading = fmt::format("Share of the ceiling: {}", name(group));
  return {heading,
          canvas.finish(bottom + 20, fmt::format("{}ceiling-{}", prefix, name(group)), heading, words)};
}

}  // namespace

std::vector<Figure> ceilings(const bench::Comparison& comparison, const Prefix& prefix) {
  std::vector<Figure> figures;
  for (const auto group : {bench::Group::latency, bench::Group::transfer, bench::Group::device,
                           bench::Group::application, bench::Group::pci, bench::Group::processor}) {
    std::vector<const bench::Row*> rows;
    for (const auto& row : comparison.rows) {
      if (row.group == group && has_share(row)) rows.push_back(&row);
    }
    if (!rows.empty()) figures.push_back(ceiling(comparison, group, rows, prefix));
  }
  return figures;
}

}  // namespace gpupass::study
