// SPDX-License-Identifier: GPL-2.0-or-later
// A case of the suite, and what it is given to work with. Included by CUDA sources, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/bench/measurement.hpp"
#include "gpupass/error.hpp"

namespace gpupass::bench {

/// What must be there for a case to be tried. The runner asks once for each, and waives the case with the
/// answer where it is missing.
enum class Needs {
  nothing,
  start,       // it is known when this run was started: --started NS
  pci_device,  // the user named one: --pci ADDRESS
  cuda,        // a card that CUDA can use
  cublas,      // and libcublas
  two_cards,   // and a second card
};

struct Settings {
  bool quick = false;          // use fewer sizes and samples: shows whether it works, not what it costs
  std::uint64_t seed = 0;      // of every random choice
  int device = 0;              // CUDA ordinal
  std::string device_address;  // PCI address of the card that is meant instead; empty: none
  std::string pci;             // address of the function that the group pci measures; empty: none
  std::optional<std::int64_t> started;  // when an experiment started this, by moment_ns(); nothing: unknown
  double inject = 0;                    // real extra delay, as a fraction of each sample: 0.01 is 1 %
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  // of any one wait

  bool operator==(const Settings&) const = default;
};

/// What a case is called with. A case hands over each measurement as soon as it has it, so that a run that
/// breaks off keeps what it had.
class Context {
 public:
  Context(const Settings& settings, std::function<void(Measurement)> sink)
      : settings_(settings), sink_(std::move(sink)) {}

  [[nodiscard]] const Settings& settings() const { return settings_; }
  void record(Measurement measurement) { sink_(std::move(measurement)); }

 private:
  const Settings& settings_;
  std::function<void(Measurement)> sink_;
};

struct Case {
  std::string_view id;  // "h2d.pinned"
  Group group;
  std::string_view metric;  // "bandwidth"
  std::string_view unit;    // of the value: "B/s"
  Better better;
  Needs needs;
  std::string_view formula;  // how work becomes the value: "bytes ÷ time"
  std::string_view check;    // what its output is compared with
  std::string_view hurts;    // what virtualization does to it; "none" for a control
  /// Errors: what kept it from measuring anything more. Wrong output is no error but a measurement that
  /// failed.
  Result<> (*run)(const Case&, Context&);
};

/// Every case, in the order of the documentation. The one place where a case is listed.
[[nodiscard]] const std::vector<Case>& cases();

/// A measurement of a case with everything filled in that the table knows.
[[nodiscard]] Measurement measurement_of(const Case& row, Parameters params = {});

}  // namespace gpupass::bench
