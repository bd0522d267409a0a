// SPDX-License-Identifier: GPL-2.0-or-later
// What one run of the suite found: the value behind the schema gpupass.bench/1 (docs/schemas).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/bench/measurement.hpp"
#include "gpupass/error.hpp"

namespace gpupass::bench {

/// Something about the run that must hold for its figures to be believed.
struct Gate {
  std::string name;
  std::optional<double> value;  // nothing: could not be measured
  double limit = 0;
  bool pass = false;
  std::string reason;
  bool operator==(const Gate&) const = default;
};

/// One run of the suite on one machine. What differs from machine to machine and may be missing is kept as
/// JSON: env, counters and tool are facts to compare and to show, not to compute with.
struct Run {
  std::string id;                              // a UUID
  std::string role;                            // "host", "guest" or what the user named it
  std::optional<std::int64_t> block;           // the block of the experiment to which it belongs
  std::optional<std::int64_t> order_in_block;  // 1 or 2
  std::string boot_id;
  std::string started;  // RFC 3339, UTC
  std::uint64_t seed = 0;
  nlohmann::json tool = nlohmann::json::object();
  nlohmann::json env = nlohmann::json::object();
  nlohmann::json counters = nlohmann::json::object();
  std::vector<Gate> gates;
  std::vector<Measurement> benchmarks;
  bool operator==(const Run&) const = default;
};

[[nodiscard]] nlohmann::json to_json(const Run& run);
/// Error: invalid, with the place in the document: "benchmarks[3].work.amount: …".
[[nodiscard]] Result<Run> run_from_json(std::string_view text);

}  // namespace gpupass::bench
