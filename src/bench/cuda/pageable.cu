// SPDX-License-Identifier: GPL-2.0-or-later
// Ordinary memory: copies that the driver stages through memory of its own with the processor's help, and
// what it costs to lock such memory for the card.
#include <sys/mman.h>

#include <array>
#include <vector>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/copy.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20U, k_registered = k_mib << 10U;
constexpr std::array k_sizes = {std::size_t{64} << 10U, 16 * k_mib, 256 * k_mib};

constexpr SampleRule k_copies{3, 5};  // of one turn in a sweep
constexpr SampleRule k_register{11, 3, std::chrono::nanoseconds(0), std::chrono::milliseconds(0)};

/// Pages of this process, as malloc gets them for a large block, and like those not locked.
class Pages {
 public:
  static Result<Pages> make(std::size_t bytes) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail(ErrorKind::system, "mmap " + core::size_text(bytes));
    return Pages(memory, bytes);
  }
  Pages(Pages&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_) {}
  Pages& operator=(Pages&&) = delete;
  ~Pages() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
  }
  [[nodiscard]] void* data() const { return memory_; }

 private:
  Pages(void* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  void* memory_;
  std::size_t bytes_;
};

Result<> pageable(const Case& row, Context& context, bool to_card) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  const auto& settings = context.settings();
  GPUPASS_TRY_ASSIGN(const auto pages, Pages::make(k_sizes.back()));
  GPUPASS_TRY_ASSIGN(auto device, DeviceBuffer<unsigned char>::make(k_sizes.back()));
  std::vector<Measurement> measurements;
  for (const auto bytes : k_sizes) {
    measurements.push_back(measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}}));
  }

  return sweep(settings, k_sizes.size(), [&](const Turn& turn) -> Result<> {
    const auto bytes = k_sizes.at(turn.index);
    auto& measurement = measurements[turn.index];
    const auto seed = settings.seed + bytes + measurement.samples_ns.size();
    const auto prepare = [&]() -> Result<> {
      if (to_card) {
        fill_pattern_on_host(pages.data(), bytes, seed);
        return poison(device.data(), bytes);
      }
      poison_on_host(pages.data(), bytes);
      return fill_pattern(device.data(), bytes, seed);
    };
    // cudaMemcpy is what such a program calls. To the card it returns when the last piece is staged, so the
    // time ends with the card's own word that it is done.
    const auto copy = [&]() -> Result<> {
      GPUPASS_TRY(ok(to_card ? cudaMemcpy(device.data(), pages.data(), bytes, cudaMemcpyHostToDevice)
                             : cudaMemcpy(pages.data(), device.data(), bytes, cudaMemcpyDeviceToHost),
                     "cudaMemcpy " + core::size_text(bytes)));
      return ok(cudaStreamSynchronize(nullptr), "cudaMemcpy " + core::size_text(bytes));
    };
    const auto look = [&]() -> Result<Check> {
      if (to_card) return check_pattern(device.data(), bytes, seed);
      return check_pattern_on_host(pages.data(), bytes, seed);
    };
    if (turn.checked()) GPUPASS_TRY(prepare());
    GPUPASS_TRY(sample_on_host(context, measurement, static_cast<double>(bytes), copy, k_copies));
    if (turn.checked()) {
      GPUPASS_TRY_ASSIGN(const auto check, look());
      judge(measurement, together(measurement.check, check));
    }
    if (!turn.last) return {};
    measurement.ceiling = link_rate(card);
    context.record(std::move(measurement));
    return {};
  });
}

}  // namespace

Result<> h2d_pageable(const Case& row, Context& context) {
  return pageable(row, context, true);
}

Result<> d2h_pageable(const Case& row, Context& context) {
  return pageable(row, context, false);
}

Result<> host_register(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  const auto& settings = context.settings();
  GPUPASS_TRY_ASSIGN(const auto pages, Pages::make(k_registered));
  GPUPASS_TRY_ASSIGN(auto device, DeviceBuffer<unsigned char>::make(k_registered));
  fill_pattern_on_host(pages.data(), k_registered, settings.seed);
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(k_registered)}});
  const auto lock = [&] {
    return ok(cudaHostRegister(pages.data(), k_registered, cudaHostRegisterMapped), "cudaHostRegister 1 GiB");
  };
  const auto unlock = [&] { return ok(cudaHostUnregister(pages.data()), "cudaHostUnregister 1 GiB"); };
  const auto lock_and_unlock = [&]() -> Result<> {
    GPUPASS_TRY(lock());
    return unlock();
  };
  GPUPASS_TRY(sample_on_host(context, measurement, 1, lock_and_unlock, k_register));

  // That it was locked shows in a kernel that reads it, all of it.
  GPUPASS_TRY(poison(device.data(), k_registered));
  GPUPASS_TRY(lock());
  const auto read_by_kernel = [&]() -> Result<Check> {
    void* mapped = nullptr;
    GPUPASS_TRY(ok(cudaHostGetDevicePointer(&mapped, pages.data(), 0), "cudaHostGetDevicePointer"));
    GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());
    GPUPASS_TRY(copy_by_sm(device.data(), mapped, k_registered, stream.get()));
    GPUPASS_TRY(stream.wait(settings.timeout));
    return check_pattern(device.data(), k_registered, settings.seed);
  };
  auto check = read_by_kernel();
  GPUPASS_TRY(unlock());
  GPUPASS_TRY(check);
  judge(measurement, std::move(*check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda
