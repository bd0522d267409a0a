// SPDX-License-Identifier: GPL-2.0-or-later
//
// How often is a difference claimed where there is none, and how often is one found that there is? Not by
// simulation: recorded runs of one machine are dealt to two sides at random, many times, and judged as
// `gpupass bench compare` judges them. With a second folder, of runs that were really slowed down
// (gpupass-bench --inject), the other side is dealt from that.
//
//   bench-study FOLDER [SLOWED-FOLDER]
//
// Prints tables for docs/benchmark.md. The same runs give the same tables.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "gpupass/study/compare/random.hpp"
#include "study/compare/effect.hpp"
#include "study/compare/replicates.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using bench::Run;
using bench::Verdict;
using study::Costs;

constexpr int k_trials = 2000;
constexpr std::size_t k_samples = 100;  // of each run, where all samples are taken together

/// Of one measurement: what each run says of it, and each of its samples.
struct Recorded {
  bench::Group group = bench::Group::latency;
  std::vector<double> costs;
  std::vector<std::vector<double>> samples;  // costs, too
};
using Records = std::map<std::string, Recorded>;

Result<Records> records_of(const fs::path& folder) {
  Records records;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    GPUPASS_TRY_ASSIGN(const auto run, bench::run_from_json(text));
    for (const auto& measurement : run.benchmarks) {
      const auto median = study::value_of(measurement, bench::Statistic::median);
      if (!median) continue;
      auto& record = records[key(measurement)];
      record.group = measurement.group;
      record.costs.push_back(study::cost(*median, measurement.better));
      auto& samples = record.samples.emplace_back();
      for (const double value : values(measurement)) {
        if (samples.size() < k_samples) samples.push_back(study::cost(value, measurement.better));
      }
    }
  }
  return records;
}

/// The first `count` of a random order of 0 … among − 1.
std::vector<std::size_t> dealt(std::size_t count, std::size_t among, study::Random& random) {
  std::vector<std::size_t> order(among);
  for (std::size_t i = 0; i < among; ++i) order[i] = i;
  for (std::size_t i = 0; i < count; ++i) std::swap(order[i], order[i + random.below(among - i)]);
  order.resize(count);
  return order;
}

struct Shares {
  int claimed = 0;  // beyond the margin: slower or faster
  int differs = 0;  // the interval leaves out zero
  int equivalent = 0;
  int pooled = 0;  // all samples taken together: the interval leaves out zero
  std::vector<double> reach;
};

double per_cent(int count) {
  return 100.0 * count / k_trials;
}

/// Deals `runs` of each side. With slowed runs the other side is theirs.
Shares deal(const Recorded& record, const Recorded* slowed, std::size_t runs, double margin) {
  bench::ComparisonSettings settings;
  settings.resamples = 1;  // the verdict is by Student's t
  study::Random random(12345);
  Shares shares;
  for (int trial = 0; trial < k_trials; ++trial) {
    const auto& other = slowed != nullptr ? *slowed : record;
    const auto ours = dealt(slowed != nullptr ? runs : 2 * runs, record.costs.size(), random);
    const auto theirs = slowed != nullptr ? dealt(runs, other.costs.size(), random)
                                          : std::vector<std::size_t>(
                                                ours.begin() + static_cast<std::ptrdiff_t>(runs), ours.end());
    Costs costs{false, {}, {}}, all{false, {}, {}};
    for (std::size_t i = 0; i < runs; ++i) {
      costs.baseline.push_back(record.costs[ours[i]]);
      costs.candidate.push_back(other.costs[theirs[i]]);
      std::ranges::copy(record.samples[ours[i]], std::back_inserter(all.baseline));
      std::ranges::copy(other.samples[theirs[i]], std::back_inserter(all.candidate));
    }
    const auto effect = study::effect_of(costs, margin, settings);
    shares.claimed += effect->verdict == Verdict::slower || effect->verdict == Verdict::faster ? 1 : 0;
    shares.equivalent += effect->verdict == Verdict::equivalent ? 1 : 0;
    shares.differs += effect->differs() ? 1 : 0;
    shares.reach.push_back((effect->interval.high - effect->interval.low) / 2);
    const auto pooled = study::interval(*study::estimate(all), settings.confidence);
    shares.pooled += pooled.low > 0 || pooled.high < 0 ? 1 : 0;
  }
  return shares;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void print(const Records& records, const Records& slowed, bool with_slowed) {
  std::cout
      << "| case | runs a side | margin | interval ± | claimed beyond | found different | equivalent | all "
         "samples together: different |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const auto& [key, record] : records) {
    const auto other = slowed.find(key);
    if (with_slowed && other == slowed.end()) continue;
    for (const std::size_t runs : {std::size_t{5}, std::size_t{10}, std::size_t{20}}) {
      const auto there =
          with_slowed ? std::min(record.costs.size(), other->second.costs.size()) : record.costs.size() / 2;
      if (there < runs) continue;
      const double margin = record.group == bench::Group::latency || record.group == bench::Group::pci ||
                                    record.group == bench::Group::processor
                                ? bench::Margins{}.latency
                                : bench::Margins{}.rate;
      const auto shares = deal(record, with_slowed ? &other->second : nullptr, runs, margin);
      std::cout << fmt::format(
          "| {} | {} | {:g} % | {:.2f} % | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % |\n", key, runs,
          margin * 100, median(shares.reach) * 100, per_cent(shares.claimed), per_cent(shares.differs),
          per_cent(shares.equivalent), per_cent(shares.pooled));
    }
  }
}

int deal_runs(const std::vector<std::string>& folders) {
  const auto records = records_of(folders[0]);
  const auto slowed = folders.size() > 1 ? records_of(folders[1]) : Records{};
  for (const auto* const read : {&records, &slowed}) {
    if (*read) continue;
    std::cerr << "bench-study: " << describe(read->error()) << "\n";
    return 1;
  }
  print(*records, *slowed, folders.size() > 1);
  return 0;
}

}  // namespace
}  // namespace gpupass

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: bench-study FOLDER [SLOWED-FOLDER]\n";
    return 2;
  }
  return gpupass::deal_runs({argv + 1, argv + argc});
}
