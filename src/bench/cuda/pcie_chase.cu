// SPDX-License-Identifier: GPL-2.0-or-later
// The latency of one read of the host's memory by the card, over more and more of it: flat for as long as
// the IOMMU's translations fit its caches, so the slope shows what the pages behind the memory are.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/chase.cuh"
#include "gpupass/core/quantity.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20U;
constexpr std::array k_footprints = {2 * k_mib,    16 * k_mib,   64 * k_mib,  256 * k_mib,
                                     1024 * k_mib, 4096 * k_mib, 8192 * k_mib};
constexpr std::size_t k_largest_quick = 64 * k_mib;

/// Memory that can be had without pushing others out, in bytes; 0: not known.
std::size_t available_memory() {
  constexpr std::string_view k_field = "MemAvailable:";
  const auto text = Host().read("/proc/meminfo").value_or("");
  auto at = text.find(k_field);
  if (at == std::string::npos) return 0;
  at = text.find_first_not_of(' ', at + k_field.size());
  std::size_t kib = 0;
  if (at != std::string::npos) std::from_chars(text.data() + at, text.data() + text.size(), kib);
  return kib * 1024;
}

/// Half of what is available is left to the machine: locked memory cannot be taken back from us.
bool fits(std::size_t bytes) {
  return bytes <= available_memory() / 2;
}

Result<> chase_over(const Case& row, Context& context, PinnedBuffer<unsigned char>& memory,
                    std::size_t bytes) {
  const auto& settings = context.settings();
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
  const auto first = lay_ring(bytes, settings.seed, [&](std::size_t at, std::size_t next) {
    const std::uint64_t word = next;
    std::memcpy(memory.data() + at, &word, sizeof word);
  });
  GPUPASS_TRY(sample_chase(context, measurement, memory.data(), first));
  GPUPASS_TRY_ASSIGN(auto check, check_ring(memory.data(), first, bytes / k_page, settings.timeout));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> pcie_chase(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  const bool quick = context.settings().quick;
  std::size_t largest = 0;
  for (const auto bytes : k_footprints) {
    if (fits(bytes) && (!quick || bytes <= k_largest_quick)) largest = bytes;
  }
  GPUPASS_TRY_ASSIGN(auto memory, PinnedBuffer<unsigned char>::make(std::max(largest, k_page)));
  for (const auto bytes : k_footprints) {
    if (bytes <= largest) {
      GPUPASS_TRY(chase_over(row, context, memory, bytes));
    } else if (!quick) {
      auto waived = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
      waived.status = Status::waived;
      waived.reason = "less than twice " + core::size_text(bytes) + " of memory is available";
      context.record(std::move(waived));
    }
  }
  return {};
}

}  // namespace gpupass::bench::cuda
