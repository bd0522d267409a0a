// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/processor/cases.hpp"
#include "bench/case.hpp"
#ifdef GPUPASS_BENCH_CUDA
#include "bench/cuda/cases.hpp"
#define GPUPASS_CUDA_CASE(function) cuda::function
#else
// The table is the same without CUDA; what these cases need is never met then.
#define GPUPASS_CUDA_CASE(function) nullptr
#endif

namespace gpupass::bench {
namespace {

// clang-format off
const std::vector<Case> k_cases = {
    {"cpu.syscall", Group::processor, "round trip", "s", Better::lower, Needs::nothing,
     "time ÷ calls", "answer of each call", "mitigations that only one side has",
     processor::system_call},
};
// clang-format on

}  // namespace

const std::vector<Case>& cases() {
  return k_cases;
}

Measurement measurement_of(const Case& row, Parameters params) {
  Measurement measurement;
  measurement.id = row.id;
  measurement.params = std::move(params);
  measurement.group = row.group;
  measurement.metric = row.metric;
  measurement.unit = row.unit;
  measurement.better = row.better;
  measurement.check.kind = row.check;
  return measurement;
}

}  // namespace gpupass::bench
