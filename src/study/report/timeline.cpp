// SPDX-License-Identifier: GPL-2.0-or-later
// Every run as a dot over time, with the card's clock and temperature below: a drift, a jump, or a card that
// throttles can be seen here, but not in a mean.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "study/report/canvas.hpp"
#include "study/report/figures.hpp"
#include "study/report/scale.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

constexpr double k_timeline_left = 46, k_timeline_right = k_width - 12;
constexpr double k_timeline_top = 26, k_timeline_bottom = 130;

struct Dot {
  double at = 0;  // seconds since 1970
  double value = 0;
  bool is_baseline = true;
};

using Dots = std::vector<Dot>;

/// Of an RFC 3339 time in UTC, as runs have it; nothing of any other text.
std::optional<double> seconds_of(const std::string& time) {
  std::tm parts{};
  const char* const rest = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr || !std::string_view(rest).ends_with('Z')) return std::nullopt;
  return static_cast<double>(timegm(&parts));
}

/// The logarithm of what a measurement costs: a time, or one over a rate.
double log_cost(const bench::Measurement& measurement) {
  const double median = std::log(measurement.summary->median);
  return measurement.better == bench::Better::higher ? -median : median;
}

/// What a run says of something; nothing if it does not say it.
using Look = std::optional<double> (*)(const bench::Run&);

Dots dots_of(const bench::Side& baseline, const bench::Side& candidate, Look look) {
  Dots dots;
  for (const auto* const side : {&baseline, &candidate}) {
    for (const auto& run : side->runs) {
      const auto at = seconds_of(run.started);
      const auto value = look(run);
      if (at && value) dots.push_back({*at, *value, side == &baseline});
    }
  }
  return dots;
}

bool counts(const bench::Measurement& measurement, bench::Group group) {
  return measurement.group == group && measurement.status == bench::Status::passed && measurement.summary &&
         measurement.summary->median > 0;
}

/// Per cent that each run took more than the mean of all, over the group's cases that every run has.
Dots drift_of(const bench::Side& baseline, const bench::Side& candidate, bench::Group group) {
  std::map<std::string, std::vector<double>> costs;
  std::size_t runs = 0;
  for (const auto* const side : {&baseline, &candidate}) {
    for (const auto& run : side->runs) {
      ++runs;
      for (const auto& measurement : run.benchmarks) {
        if (counts(measurement, group)) costs[bench::key(measurement)].push_back(log_cost(measurement));
      }
    }
  }
  std::erase_if(costs, [&](const auto& item) { return item.second.size() != runs; });
  if (costs.empty()) return {};
  Dots dots;
  std::size_t which = 0;
  for (const auto* const side : {&baseline, &candidate}) {
    for (const auto& run : side->runs) {
      double sum = 0;
      for (const auto& [key, all] : costs) {
        double mean = 0;
        for (const double cost : all) mean += cost / static_cast<double>(runs);
        sum += all[which] - mean;
      }
      ++which;
      const auto at = seconds_of(run.started);
      if (at) dots.push_back({*at, percent(sum / static_cast<double>(costs.size())), side == &baseline});
    }
  }
  return dots;
}

std::optional<double> temperature(const bench::Run& run) {
  const auto gpu = run.env.find("gpu");
  if (gpu == run.env.end() || !gpu->is_object()) return std::nullopt;
  const auto found = gpu->find("temperature_c");
  return found != gpu->end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

/// Mean over all that was measured with the clock beside it, in MHz.
std::optional<double> clock_of(const bench::Run& run) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& measurement : run.benchmarks) {
    for (const double mhz : measurement.sm_mhz) {
      sum += mhz;
      ++count;
    }
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

/// From the least to the greatest, and never so near that noise fills the figure.
Scale upwards(const Dots& dots, double least_height) {
  const auto [low, high] = std::ranges::minmax(dots, {}, &Dot::value);
  const double middle = (low.value + high.value) / 2;
  const double half = std::max((high.value - low.value) * 0.6, least_height / 2);
  return {Scale::Kind::linear, middle - half, middle + half, k_timeline_bottom, k_timeline_top};
}

std::string clock_time(double seconds) {
  return fmt::format("{:%H:%M}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

struct Track {
  std::string title;
  std::string unit;     // after a tick's number
  double least_height;  // of the axis, in that unit
  Dots dots;
};

void draw_frame(Canvas& canvas, const Track& track, const Scale& up) {
  for (const double tick : up.ticks(4)) {
    const double y = up.place(tick);
    canvas.line({k_timeline_left, y}, {k_timeline_right, y}, "grid");
    canvas.text({k_timeline_left - 4, y + 4}, Anchor::end, fmt::format("{:g}{}", tick, track.unit), "tick");
  }
  const auto [first, last] = std::ranges::minmax(track.dots, {}, &Dot::at);
  canvas.line({k_timeline_left, k_timeline_bottom}, {k_timeline_right, k_timeline_bottom}, "axis");
  canvas.text({k_timeline_left, k_timeline_bottom + 14}, Anchor::start, clock_time(first.at), "tick");
  canvas.text({k_timeline_right, k_timeline_bottom + 14}, Anchor::end, clock_time(last.at) + " UTC", "tick");
}

void draw_names(Canvas& canvas, const bench::Side& baseline, const bench::Side& candidate) {
  canvas.dot({k_timeline_left + 4, 10}, true);
  canvas.text({k_timeline_left + 12, 14}, Anchor::start, baseline.name);
  if (candidate.runs.empty()) return;
  canvas.dot({k_timeline_left + 140, 10}, false);
  canvas.text({k_timeline_left + 148, 14}, Anchor::start, candidate.name);
}

Figure figure_of(const Track& track, const bench::Side& baseline, const bench::Side& candidate,
                 const std::string& id) {
  const auto [first, last] = std::ranges::minmax(track.dots, {}, &Dot::at);
  const Scale across(Scale::Kind::linear, first.at, last.at, k_timeline_left + 6, k_timeline_right - 6);
  const auto up = upwards(track.dots, track.least_height);
  Canvas canvas;
  draw_names(canvas, baseline, candidate);
  draw_frame(canvas, track, up);
  std::string words;
  for (const auto& dot : track.dots) {
    canvas.dot({across.place(dot.at), up.place(dot.value)}, dot.is_baseline);
    words += fmt::format("{} {}: {:.3g}{}. ", clock_time(dot.at),
                         dot.is_baseline ? baseline.name : candidate.name, dot.value, track.unit);
  }
  return {track.title, canvas.finish(k_timeline_bottom + 20, id, track.title, words)};
}

}  // namespace

std::vector<Figure> timelines(const bench::Comparison& comparison, const bench::Side& baseline,
                              const bench::Side& candidate, const Prefix& prefix) {
  std::vector<Track> tracks;
  for (const auto& group : comparison.groups)
    tracks.push_back({fmt::format("{}: time taken, against the mean of all runs", name(group.group)), " %",
                      2 * group.margin * 100, drift_of(baseline, candidate, group.group)});
  tracks.push_back({"Clock of the card's processors", " MHz", 20, dots_of(baseline, candidate, clock_of)});
  tracks.push_back({"Temperature of the card", " °C", 4, dots_of(baseline, candidate, temperature)});
  std::vector<Figure> figures;
  for (const auto& track : tracks) {
    if (track.dots.empty()) continue;
    const auto [first, last] = std::ranges::minmax(track.dots, {}, &Dot::at);
    if (last.at > first.at)
      figures.push_back(
          figure_of(track, baseline, candidate, fmt::format("{}timeline-{}", prefix, figures.size())));
  }
  return figures;
}

}  // namespace gpupass::study
