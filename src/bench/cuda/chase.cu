// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/chase.cuh"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace gpupass::bench::cuda {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t k_steps = 4096;  // of one launch that is timed: milliseconds

__global__ void chase_steps(const unsigned char* ring, Chase* chase, std::uint64_t steps,
                            std::uint64_t timeout_ns) {
  Chase state = *chase;
  const auto start = device_ns();
  for (std::uint64_t i = 0; i < steps; ++i) {
    // Volatile: from memory each time, not from a cache of the card.
    state.at = *reinterpret_cast<const volatile std::uint64_t*>(ring + state.at);
    ++state.steps;
    if (state.at == state.first && state.home == 0) state.home = state.steps;
    if (i % 1024 == 1023 && device_ns() - start > timeout_ns) {
      state.expired = 1;
      break;
    }
  }
  *chase = state;
}

Result<DeviceBuffer<Chase>> start_at(std::uint64_t first) {
  GPUPASS_TRY_ASSIGN(auto chase, DeviceBuffer<Chase>::make(1));
  const Chase begin{first, 0, 0, first, 0};
  GPUPASS_TRY(ok(cudaMemcpy(chase.data(), &begin, sizeof begin, cudaMemcpyHostToDevice), "cudaMemcpy"));
  return chase;
}

Result<Chase> state_of(const DeviceBuffer<Chase>& chase) {
  Chase state;
  GPUPASS_TRY(ok(cudaMemcpy(&state, chase.data(), sizeof state, cudaMemcpyDeviceToHost), "cudaMemcpy"));
  if (state.expired != 0) return fail(ErrorKind::timeout, "the chase through memory ran out of time");
  return state;
}

}  // namespace

std::uint64_t lay_ring(std::size_t bytes, std::uint64_t seed,
                       const std::function<void(std::size_t, std::size_t)>& write) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> pages(bytes / k_page);
  std::iota(pages.begin(), pages.end(), 0U);
  std::shuffle(pages.begin(), pages.end(), random);
  const auto stop = [&](std::size_t i) {
    const std::size_t page = pages[i % pages.size()];
    return page * k_page +
           pattern_word(page, seed) % (k_page / sizeof(std::uint64_t)) * sizeof(std::uint64_t);
  };
  for (std::size_t i = 0; i < pages.size(); ++i) write(stop(i), stop(i + 1));
  return stop(0);
}

Result<> follow(const void* ring, Chase* chase, std::uint64_t steps, std::chrono::milliseconds timeout,
                cudaStream_t stream) {
  chase_steps<<<1, 1, 0, stream>>>(static_cast<const unsigned char*>(ring), chase, steps,
                                   nanoseconds(timeout).count());
  return launched("a chase through memory");
}

Result<Check> check_ring(const void* ring, std::uint64_t first, std::size_t stops,
                         std::chrono::milliseconds timeout) {
  GPUPASS_TRY_ASSIGN(auto chase, start_at(first));
  GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());
  GPUPASS_TRY(follow(ring, chase.data(), stops, timeout, stream.get()));
  GPUPASS_TRY(stream.wait(2 * timeout));
  GPUPASS_TRY_ASSIGN(const auto end, state_of(chase));
  Check check{"the ring closes after every page, and not before", static_cast<std::int64_t>(stops), 0, {}};
  if (end.home != stops) {
    check.errors = 1;
    check.first_error =
        end.home == 0 ? "it does not close" : "it closes after " + std::to_string(end.home) + " steps";
  }
  return check;
}

Result<> sample_chase(const Context& context, Measurement& measurement, const void* ring,
                      std::uint64_t first) {
  const auto timeout = context.settings().timeout;
  GPUPASS_TRY_ASSIGN(auto chase, start_at(first));
  const auto steps = [&](cudaStream_t stream) {
    return follow(ring, chase.data(), k_steps, timeout, stream);
  };
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(k_steps), steps));
  GPUPASS_TRY(state_of(chase));
  return {};
}

}  // namespace gpupass::bench::cuda
