// SPDX-License-Identifier: GPL-2.0-or-later
// A short kernel, and waiting for its end: by polling, or asleep until the card's interrupt. The difference
// is the cost of an interrupt and a sleeping processor.
#include "bench/cuda/cases.hpp"
#include "bench/cuda/launches.cuh"

namespace gpupass::bench::cuda {
namespace {

Result<> launch_and_wait(const Case& row, Context& context, unsigned how_to_wait) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY(ok(cudaSetDeviceFlags(how_to_wait), "cudaSetDeviceFlags"));
  GPUPASS_TRY_ASSIGN(auto launches, Launches::make());
  auto measurement = measurement_of(row);
  // The driver's own wait is what is measured; it has no time-out, and the kernel cannot but end.
  const auto round = [&]() -> Result<> {
    launches.launch();
    return ok(cudaStreamSynchronize(launches.stream().get()), "cudaStreamSynchronize");
  };
  const auto sampled = sample_on_host(context, measurement, 1, round, k_tail);
  GPUPASS_TRY(ok(cudaSetDeviceFlags(cudaDeviceScheduleSpin), "cudaSetDeviceFlags"));
  GPUPASS_TRY(sampled);
  GPUPASS_TRY(launches.judge_into(measurement));
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> sync_spin(const Case& row, Context& context) {
  return launch_and_wait(row, context, cudaDeviceScheduleSpin);
}

Result<> sync_block(const Case& row, Context& context) {
  return launch_and_wait(row, context, cudaDeviceScheduleBlockingSync);
}

}  // namespace gpupass::bench::cuda
