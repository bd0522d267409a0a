// SPDX-License-Identifier: GPL-2.0-or-later
// A walk over pages in random order, one access each: every access misses the TLB once the pages are many,
// and the processor walks the page tables, in a guest both its own and the hypervisor's.
#include <algorithm>
#include <numeric>
#include <random>

#include "bench/host_timing.hpp"
#include "bench/memory.hpp"
#include "bench/processor/cases.hpp"

namespace gpupass::bench::processor {
namespace {

constexpr std::size_t k_page = 4096;
constexpr std::size_t k_line = 64;

struct Stop {
  Stop* next;
};

/// A ring through every page, each stop on another cache line than its neighbours' so that they do not all
/// fall into the same set of the cache.
std::vector<Stop*> make_ring(const Memory& memory, std::uint64_t seed) {
  std::vector<Stop*> stops(memory.bytes() / k_page);
  for (std::size_t i = 0; i < stops.size(); ++i) {
    stops[i] = reinterpret_cast<Stop*>(memory.data() + i * k_page + i * k_line % k_page);
  }
  std::mt19937_64 random(seed);
  std::shuffle(stops.begin(), stops.end(), random);
  for (std::size_t i = 0; i < stops.size(); ++i) stops[i]->next = stops[(i + 1) % stops.size()];
  return stops;
}

void waive(Measurement& measurement, const char* why) {
  measurement.status = Status::waived;
  measurement.reason = why;
}

Result<Measurement> walk(const Case& row, const Context& context, std::size_t bytes, Pages pages) {
  const bool huge = pages == Pages::huge;
  auto measurement = measurement_of(
      row, {{"bytes", static_cast<std::int64_t>(bytes)}, {"page", std::int64_t{huge ? 2 << 20 : 4096}}});
  if (available_bytes() / 2 < bytes) {
    waive(measurement, "there is too little free memory for it");
    return measurement;
  }
  GPUPASS_TRY_ASSIGN(const auto memory, Memory::make(bytes, pages));
  const auto ring = make_ring(memory, context.settings().seed);
  if (huge && huge_share() < 0.5) {
    waive(measurement, "the kernel gave no huge pages: see env.transparent_hugepages");
    return measurement;
  }
  const Stop* at = ring.front();
  std::size_t steps = 0;
  GPUPASS_TRY(sample_batches(context, measurement, [&](std::int64_t times) {
    steps += static_cast<std::size_t>(times);
    for (; times > 0; --times) at = at->next;
    asm volatile("" : : "r"(at) : "memory");
  }));
  measurement.check.elements = static_cast<std::int64_t>(steps);
  if (at != ring[steps % ring.size()]) {
    measurement.check.errors = 1;
    measurement.check.first_error = "the walk ended at another page than this many steps lead to";
  }
  return measurement;
}

}  // namespace

Result<> tlb(const Case& row, Context& context) {
  constexpr std::size_t k_mebi = std::size_t{1} << 20U;
  const auto sizes =
      context.settings().quick ? std::vector{64 * k_mebi} : std::vector{64 * k_mebi, 1024 * k_mebi};
  for (const auto bytes : sizes) {
    for (const auto pages : {Pages::small, Pages::huge}) {
      GPUPASS_TRY_ASSIGN(auto measurement, walk(row, context, bytes, pages));
      context.record(std::move(measurement));
    }
  }
  return {};
}

}  // namespace gpupass::bench::processor
