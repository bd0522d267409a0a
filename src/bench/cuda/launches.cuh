// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel that does almost nothing, and counts whether it ran as often as it was launched.
#pragma once

#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {

/// Its addition has no answer to wait for, so the kernel is as short as an empty one.
static __global__ void count_launch(unsigned long long* count) {
  atomicAdd(count, 1ULL);
}

/// A stream, and the number of kernels that ran on it beside the number launched.
class Launches {
 public:
  [[nodiscard]] static Result<Launches> make() {
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    GPUPASS_TRY_ASSIGN(auto ran, DeviceBuffer<unsigned long long>::make(1));
    GPUPASS_TRY(ok(cudaMemset(ran.data(), 0, ran.bytes()), "cudaMemset"));
    return Launches(std::move(stream), std::move(ran));
  }

  void launch() {
    count_launch<<<1, 1, 0, stream_.get()>>>(ran_.data());
    ++launched_;
  }
  /// For launches that are not made here: a graph's.
  void expect(std::int64_t more) { launched_ += more; }

  [[nodiscard]] const Stream& stream() const { return stream_; }

  /// Enters the check. The stream must be done.
  Result<> judge_into(Measurement& measurement) const {
    unsigned long long ran = 0;
    GPUPASS_TRY(ok(cudaMemcpy(&ran, ran_.data(), sizeof ran, cudaMemcpyDeviceToHost), "cudaMemcpy"));
    Check check{"launches counted by the kernel", launched_, 0, {}};
    const auto counted = static_cast<std::int64_t>(ran);
    check.errors = counted > launched_ ? counted - launched_ : launched_ - counted;
    if (check.errors != 0) {
      check.first_error = std::to_string(counted) + " ran of " + std::to_string(launched_) + " launched";
    }
    judge(measurement, std::move(check));
    return {};
  }

 private:
  Launches(Stream stream, DeviceBuffer<unsigned long long> ran)
      : stream_(std::move(stream)), ran_(std::move(ran)) {}

  Stream stream_;
  DeviceBuffer<unsigned long long> ran_;
  std::int64_t launched_ = 0;
};

}  // namespace gpupass::bench::cuda
