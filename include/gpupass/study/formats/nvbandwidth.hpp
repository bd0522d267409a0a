// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what NVIDIA's nvbandwidth prints with --json, as a run.
#pragma once

#include <optional>
#include <string>

#include "gpupass/bench/run.hpp"

namespace gpupass::study {

/// What the file does not say.
struct NvbandwidthFacts {
  std::string role;  // which side it is
  std::optional<std::int64_t> block;
  std::string started;            // RFC 3339; the file has no time
  std::int64_t buffer_bytes = 0;  // --bufferSize that nvbandwidth was given
};

/// Tests that measure what a case of ours measures get its name and parameters, the others
/// "nvbandwidth.NAME" with the place in the matrix. Each has one sample: the file has the median only.
/// Error: invalid, with the place in the file.
[[nodiscard]] Result<bench::Run> from_nvbandwidth(const std::string& text, const NvbandwidthFacts& facts);

}  // namespace gpupass::study
