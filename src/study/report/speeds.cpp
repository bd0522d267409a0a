// SPDX-License-Identifier: GPL-2.0-or-later
// The answer as bars: the candidate's speed, with the baseline as 100 %.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "study/compare/effect.hpp"
#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/units.hpp"

namespace gpupass::study {
namespace {

constexpr double k_speed_left = 8, k_speed_right = k_width - 8;
constexpr double k_speed_top = 4;
constexpr double k_speed_row = 36;
constexpr double k_speed_bar = 12;
constexpr double k_speed_most = 1.5;  // of the baseline; what is faster is drawn to here and said

/// What an effect leaves of the baseline's speed: 1 where nothing differs.
double speed(double log_ratio) {
  return std::exp(-log_ratio);
}

std::string in_words(const bench::Effect& effect) {
  return fmt::format("{} [{}, {}]", share(speed(effect.log_ratio)), share(speed(effect.interval.high)),
                     share(speed(effect.interval.low)));
}

void draw_row(Canvas& canvas, const Scale& scale, const bench::GroupRow& group, double top) {
  const auto& effect = *group.effect;
  const double y = top + 16 + k_speed_bar / 2;
  const double reach = log_margin(group.margin);
  canvas.text({k_speed_left, top + 11}, Anchor::start, name(group.group), "strong");
  canvas.text({k_speed_right, top + 11}, Anchor::end, in_words(effect), "number");
  const double band = scale.place(speed(reach));
  canvas.rectangle({band, top + 14}, scale.place(speed(-reach)) - band, k_speed_bar + 4, "band");
  canvas.rectangle({k_speed_left, top + 16}, scale.place(speed(effect.log_ratio)) - k_speed_left, k_speed_bar,
                   "bar b");
  canvas.line({scale.place(1), top + 13}, {scale.place(1), top + k_speed_row - 3}, "none");
  canvas.line({scale.place(speed(effect.interval.high)), y}, {scale.place(speed(effect.interval.low)), y},
              "interval");
}

}  // namespace

std::vector<Figure> speeds(const bench::Comparison& comparison, const Prefix& prefix) {
  std::vector<const bench::GroupRow*> groups;
  double most = 1.1;
  for (const auto& group : comparison.groups) {
    if (!group.effect || group.group == bench::Group::start) continue;  // a time to wait is no speed
    groups.push_back(&group);
    most = std::max(most, speed(group.effect->interval.low) * 1.02);
  }
  if (groups.empty()) return {};
  const Scale scale(Scale::Kind::linear, 0, std::min(most, k_speed_most), k_speed_left, k_speed_right);
  Canvas canvas;
  double top = k_speed_top;
  std::string words;
  for (const auto* const group : groups) {
    draw_row(canvas, scale, *group, top);
    words += fmt::format("{}: {}. ", name(group->group), in_words(*group->effect));
    top += k_speed_row;
  }
  canvas.line({k_speed_left, top}, {k_speed_right, top}, "axis");
  for (const double tick : {0.0, 0.25, 0.5, 0.75})
    canvas.text({scale.place(tick), top + 14}, tick == 0 ? Anchor::start : Anchor::middle,
                fmt::format("{:g} %", tick * 100), "tick");
  canvas.text({k_speed_right, top + 14}, Anchor::end, fmt::format("{} = 100 %", comparison.baseline), "tick");
  const auto heading =
      fmt::format("Speed of {}, where {} is 100 %", comparison.candidate, comparison.baseline);
  return {{heading, canvas.finish(top + 20, prefix + "speeds", heading, words)}};
}

}  // namespace gpupass::study
