// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/formats/nvbandwidth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include "gpupass/core/json.hpp"

namespace gpupass::study {
namespace {

using bench::Better;
using bench::Group;
using bench::Measurement;
using bench::Run;

/// A test that has a counterpart among our cases.
struct Counterpart {
  const char* test;
  const char* id;
  Group group;
  const char* metric;
  double factor;       // ours ÷ theirs: they count a byte that is read and written once
  std::int64_t bytes;  // the size they always use; 0: that of --bufferSize
};

constexpr std::array k_counterparts = {
    Counterpart{"host_to_device_memcpy_ce", "h2d.pinned", Group::transfer, "bandwidth", 1, 0},
    Counterpart{"device_to_host_memcpy_ce", "d2h.pinned", Group::transfer, "bandwidth", 1, 0},
    Counterpart{"host_to_device_memcpy_sm", "h2d.pinned.sm", Group::transfer, "bandwidth", 1, 0},
    Counterpart{"device_to_host_memcpy_sm", "d2h.pinned.sm", Group::transfer, "bandwidth", 1, 0},
    Counterpart{"device_local_copy", "d2d.copy", Group::device, "bandwidth", 2, 0},
    Counterpart{"host_device_latency_sm", "pcie.chase", Group::latency, "access", 1, 2 << 20},
};

constexpr const char* k_check = "nvbandwidth's own: a pattern of 2 MiB, repeated";

const Counterpart* counterpart_of(const std::string& test) {
  const auto found = std::ranges::find_if(k_counterparts, [&](const auto& row) { return row.test == test; });
  return found == k_counterparts.end() ? nullptr : &*found;
}

/// A test's one matrix of results, and what they are.
struct Test {
  std::string name;
  bool latency = false;  // nanoseconds; else 10⁹ bytes a second
  std::vector<std::vector<nlohmann::json>> matrix;
};

/// Cells are strings, of which "N/A" is none.
Result<std::optional<double>> cell_value(const nlohmann::json& cell, const std::string& place) {
  if (cell.is_number()) return cell.get<double>();
  const auto text = cell.is_string() ? cell.get<std::string>() : std::string();
  if (text == "N/A") return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !(value > 0) ||
      !std::isfinite(value))
    return fail(ErrorKind::invalid, fmt::format("{}: {} is not a result", place, cell.dump()),
                "`nvbandwidth --json > FILE` writes such a file, with a number or N/A in each place");
  return value;
}

Measurement named(const Test& test, std::size_t row, std::size_t column, const NvbandwidthFacts& facts) {
  Measurement measurement;
  const auto* const ours = counterpart_of(test.name);
  measurement.id = ours != nullptr ? ours->id : "nvbandwidth." + test.name;
  measurement.group = ours != nullptr ? ours->group : test.latency ? Group::latency : Group::transfer;
  measurement.metric = ours != nullptr ? ours->metric : test.latency ? "latency" : "bandwidth";
  measurement.unit = test.latency ? "s" : "B/s";
  measurement.better = test.latency ? Better::lower : Better::higher;
  measurement.check.kind = k_check;
  if (ours != nullptr) measurement.params["bytes"] = ours->bytes > 0 ? ours->bytes : facts.buffer_bytes;
  const bool one_cell = test.matrix.empty() || (test.matrix.size() == 1 && test.matrix.front().size() == 1);
  if (one_cell) return measurement;
  measurement.params["row"] = static_cast<std::int64_t>(row);
  measurement.params["column"] = static_cast<std::int64_t>(column);
  return measurement;
}

/// With the time of one byte, or of one access, as its only sample.
Measurement measured(Measurement measurement, double value, double factor) {
  measurement.status = bench::Status::passed;
  measurement.samples_ns = {measurement.better == Better::higher ? 1 / (value * factor) : value};
  measurement.summary = bench::summarize(bench::values(measurement), measurement.better);
  return measurement;
}

Measurement not_measured(Measurement measurement, const nlohmann::json& test) {
  const auto status = test.value("status", std::string());
  measurement.status = status == "Waived" ? bench::Status::waived : bench::Status::error;
  measurement.reason = test.contains("error") && test["error"].is_string()
                           ? test["error"].get<std::string>()
                           : fmt::format("nvbandwidth says '{}'", status);
  return measurement;
}

Result<std::vector<Measurement>> measurements_of(const nlohmann::json& json, const std::string& place,
                                                 const NvbandwidthFacts& facts) {
  Test test{json.at("name").get<std::string>(), false, {}};
  if (!json.contains("bandwidth_matrix")) return std::vector{not_measured(named(test, 0, 0, facts), json)};
  test.latency = json.value("bandwidth_description", std::string()).find("latency") != std::string::npos;
  test.matrix = json.at("bandwidth_matrix").get<std::vector<std::vector<nlohmann::json>>>();
  const auto* const ours = counterpart_of(test.name);
  std::vector<Measurement> found;
  for (std::size_t row = 0; row < test.matrix.size(); ++row) {
    for (std::size_t column = 0; column < test.matrix[row].size(); ++column) {
      const auto at = fmt::format("{}.bandwidth_matrix[{}][{}]", place, row, column);
      GPUPASS_TRY_ASSIGN(const auto value, cell_value(test.matrix[row][column], at));
      if (value)
        found.push_back(
            measured(named(test, row, column, facts), *value, ours != nullptr ? ours->factor : 1));
    }
  }
  return found;
}

/// A UUID (version 8) that the same file always gets: importing it twice does not make two runs of it.
std::string id_of(const std::string& text) {
  std::uint64_t halves[2] = {0xcbf29ce484222325U, 0x84222325cbf29ce4U};
  for (const char letter : text) {
    for (auto& half : halves) half = (half ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  return fmt::format("{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", halves[0] >> 32U, (halves[0] >> 16U) & 0xffffU,
                     halves[0] & 0xfffU, 0x8000U | (halves[1] >> 50U), halves[1] & 0xffffffffffffU);
}

nlohmann::json text_or_number(const nlohmann::json& json, const char* key) {
  return json.contains(key) ? json[key] : nlohmann::json(nullptr);
}

Result<Run> run_of(const nlohmann::json& json, const std::string& text, const NvbandwidthFacts& facts) {
  const auto& root = json.at("nvbandwidth");
  Run run;
  run.id = id_of(text);
  run.role = facts.role;
  run.block = facts.block;
  run.started = facts.started;
  run.tool = {{"name", "nvbandwidth"},
              {"version", text_or_number(root, "version")},
              {"git", text_or_number(root, "git_version")}};
  // What it calls the version of the CUDA runtime is the driver's.
  run.env = {{"driver", text_or_number(root, "Driver Version")},
             {"cuda_of_driver", text_or_number(root, "CUDA Runtime Version")},
             {"gpus", text_or_number(root, "GPU Device list")}};
  const auto& tests = root.at("testcases");
  for (std::size_t i = 0; i < tests.size(); ++i) {
    GPUPASS_TRY_ASSIGN(auto found,
                       measurements_of(tests.at(i), fmt::format("nvbandwidth.testcases[{}]", i), facts));
    std::ranges::move(found, std::back_inserter(run.benchmarks));
  }
  return run;
}

}  // namespace

Result<Run> from_nvbandwidth(const std::string& text, const NvbandwidthFacts& facts) {
  GPUPASS_TRY(core::within_limits(text, "nvbandwidth's result"));
  try {
    return run_of(nlohmann::json::parse(text), text, facts);
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, error.what(), "`nvbandwidth --json > FILE` writes such a file");
  }
}

}  // namespace gpupass::study
