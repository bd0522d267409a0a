// SPDX-License-Identifier: GPL-2.0-or-later
// One measured case. Included by CUDA sources, too: no JSON here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gpupass::bench {

/// What a case is about, and with it how its difference is judged (docs/benchmark.md).
enum class Group {
  latency,      // L: init, launch, sync, small copies, pcie.*
  transfer,     // T: copies between host and card
  device,       // K: device memory and arithmetic, which passthrough cannot slow: they check the comparison
  application,  // A: small programs that mix all of it
  pci,          // P: configuration and BAR accesses of any PCI device, no CUDA
  processor,    // C: no device at all: what the guest's processor costs
  start,        // S: from the moment at which an experiment starts it: what a container or a guest costs
};

enum class Better { lower, higher };

enum class Status {
  passed,  // measured, and the output was right
  failed,  // measured, and the output was wrong: the run fails
  waived,  // cannot be measured here; `reason` says why
  error,   // should have been measurable and was not; `reason` says what happened
};

/// Scalars that tell measurements of one case apart: {"bytes": 4096}.
using Parameter = std::variant<std::int64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter>;

/// How a sample's time becomes its value. amount is per iteration: bytes for a bandwidth, operations for an
/// arithmetic rate, 1 for a rate of events. A value is amount × iterations ÷ time for Better::higher and
/// time ÷ (amount × iterations) for Better::lower.
struct Work {
  double amount = 1;
  std::int64_t iterations = 1;  // in one sample
  bool operator==(const Work&) const = default;
};

/// How the output was compared with what it must be.
struct Check {
  std::string kind;  // "splitmix64, whole buffer"; empty if nothing has an output
  std::int64_t elements = 0;
  std::int64_t errors = 0;
  std::string first_error;  // "element 262144: 0x… for 0x…"
  bool operator==(const Check&) const = default;
};

/// What the hardware cannot exceed, from its own attributes, in the measurement's unit.
struct Ceiling {
  double value = 0;
  std::string formula;  // with the numbers in it: "5120 bit ÷ 8 × 2 × 2619 MHz"
  bool operator==(const Ceiling&) const = default;
};

/// Of the samples' values, in the measurement's unit. Quantiles are by linear interpolation (type 7).
struct Summary {
  std::int64_t n = 0;
  double median = 0, q1 = 0, q3 = 0, min = 0, max = 0;
  double p99 = 0, p999 = 0;  // the bad tail: of times the upper, of rates the lower
  bool operator==(const Summary&) const = default;
};

struct Measurement {
  std::string id;  // of the case: "h2d.pinned"
  Parameters params;
  Group group = Group::latency;
  std::string metric;  // "bandwidth", "round trip"
  std::string unit;    // SI: "B/s", "s", "FLOP/s", "1/s"
  Better better = Better::lower;
  Status status = Status::error;
  std::string reason;  // empty for passed
  Work work;
  Check check;
  std::vector<double> samples_ns;  // time of each sample, all of them, in the order taken
  std::vector<double> sm_mhz;      // clock of the card's processors in each sample; empty if not read
  std::optional<Summary> summary;  // only with samples
  std::optional<Ceiling> ceiling;
  Parameters notes;  // what was seen beside the figure and is no part of the key: {"mapping": "direct"}
  bool operator==(const Measurement&) const = default;
};

/// "h2d.pinned/bytes=4096": tells a measurement from all others of its run.
[[nodiscard]] std::string key(const Measurement& measurement);

/// The value of each sample in the measurement's unit.
[[nodiscard]] std::vector<double> values(const Measurement& measurement);

/// Of at least one value.
[[nodiscard]] Summary summarize(std::vector<double> values, Better better);

[[nodiscard]] const char* name(Group group);    // "latency"
[[nodiscard]] const char* name(Status status);  // "passed"

}  // namespace gpupass::bench
