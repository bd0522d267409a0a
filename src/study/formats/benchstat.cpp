// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <cctype>
#include <set>

#include "gpupass/core/printable.hpp"
#include "gpupass/study/formats/exporters.hpp"
#include "study/formats/rates.hpp"

namespace gpupass::study {
namespace {

using bench::Measurement;

/// "BenchmarkH2d.pinned/bytes=4096": a word, with a capital after the first part, as the format wants it.
std::string benchstat_name(const Measurement& measurement) {
  auto name = bench::key(measurement);
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  for (auto& letter : name) letter = std::isspace(static_cast<unsigned char>(letter)) != 0 ? '_' : letter;
  return "Benchmark" + name;
}

std::string line_of(const Measurement& measurement) {
  if (measurement.status != bench::Status::passed || !measurement.summary)
    return fmt::format("# {}: {}: {}\n", benchstat_name(measurement), bench::name(measurement.status),
                       core::printable(measurement.reason));
  auto line = fmt::format("{} {} {:.9g} ns/op", benchstat_name(measurement),
                          measurement.work.iterations * measurement.summary->n,
                          nanoseconds_per_iteration(measurement));
  if (measurement.better == bench::Better::higher)
    line += fmt::format(" {:.9g} {}", measurement.summary->median, measurement.unit);
  return line + "\n";
}

std::string fact(const char* key, const nlohmann::json& env, const char* name) {
  if (!env.contains(name) || !env[name].is_string()) return "";
  return fmt::format("{}: {}\n", key, core::printable(env[name].get<std::string>()));
}

/// Rates are better higher, which is not what benchstat takes for granted.
std::string units_of(const std::vector<bench::Run>& runs) {
  std::set<std::string> units;
  for (const auto& run : runs) {
    for (const auto& measurement : run.benchmarks) {
      if (measurement.better == bench::Better::higher) units.insert(measurement.unit);
    }
  }
  std::string lines;
  for (const auto& unit : units) lines += fmt::format("Unit {} better=higher\n", unit);
  return lines;
}

}  // namespace

std::string to_benchstat(const std::vector<bench::Run>& runs) {
  auto text = units_of(runs);
  for (const auto& run : runs) {
    text += fmt::format("\nrole: {}\n", core::printable(run.role)) + fact("cpu", run.env, "cpu") +
            fact("kernel", run.env, "kernel") + fact("driver", run.env, "driver");
    for (const auto& measurement : run.benchmarks) text += line_of(measurement);
  }
  return text;
}

}  // namespace gpupass::study
