// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>

#include "gpupass/core/json.hpp"
#include "gpupass/study/formats/exporters.hpp"
#include "study/formats/rates.hpp"

namespace gpupass::study {
namespace {

using bench::Measurement;

/// "h2d.pinned/bytes:4096": its own way of writing arguments.
std::string google_name(const Measurement& measurement) {
  auto name = bench::key(measurement);
  for (auto& letter : name) letter = letter == '=' ? ':' : letter;
  return name;
}

core::Json context_of(const std::vector<bench::Run>& runs) {
  core::Json context = {{"executable", "gpupass-bench"}, {"library_build_type", "release"}};
  if (runs.empty()) return context;
  const auto& first = runs.front();
  context["date"] = first.started;
  if (first.env.contains("vcpus")) context["num_cpus"] = first.env["vcpus"];
  context["role"] = first.role;
  return context;
}

core::Json entry_of(const Measurement& measurement, std::size_t repetition, std::size_t repetitions) {
  const auto name = google_name(measurement);
  core::Json entry = {{"name", name},
                      {"run_name", name},
                      {"run_type", "iteration"},
                      {"repetitions", repetitions},
                      {"repetition_index", repetition},
                      {"threads", 1}};
  const double time = nanoseconds_per_iteration(measurement);
  entry["iterations"] = measurement.work.iterations * measurement.summary->n;
  entry["real_time"] = time;
  // Its tools want one; we measure the time that passed.
  entry["cpu_time"] = time;
  entry["time_unit"] = "ns";
  if (measurement.better == bench::Better::higher)
    entry[measurement.unit == "B/s" ? "bytes_per_second" : "items_per_second"] = measurement.summary->median;
  return entry;
}

}  // namespace

core::Json to_google_benchmark(const std::vector<bench::Run>& runs) {
  std::map<std::string, std::vector<const Measurement*>> by_key;
  for (const auto& run : runs) {
    for (const auto& measurement : run.benchmarks) {
      if (measurement.status == bench::Status::passed)
        by_key[bench::key(measurement)].push_back(&measurement);
    }
  }
  core::Json entries = core::Json::array();
  for (const auto& [key, repetitions] : by_key) {
    for (std::size_t i = 0; i < repetitions.size(); ++i)
      entries.push_back(entry_of(*repetitions[i], i, repetitions.size()));
  }
  return {{"context", context_of(runs)}, {"benchmarks", entries}};
}

}  // namespace gpupass::study
