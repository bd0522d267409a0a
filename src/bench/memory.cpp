// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/memory.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>

#include "gpupass/core/text.hpp"
#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::bench {
namespace {

constexpr std::size_t k_huge = std::size_t{2} << 20U;

/// "NAME:   131072 kB" as bytes; 0 without such a line.
std::uint64_t kilobytes_of(const std::string& text, std::string_view name) {
  for (const auto line : core::split(text, '\n')) {
    const auto words = core::words(line);
    if (words.size() > 1 && words[0] == name) return core::parse_number(words[1]).value_or(0) * 1024;
  }
  return 0;
}

}  // namespace

Memory::Memory(void* start, std::size_t mapped, std::size_t bytes)
    : start_(start), mapped_(mapped), bytes_(bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(start);
  data_ = static_cast<std::byte*>(start) + (k_huge - address % k_huge) % k_huge;
}

Memory::~Memory() {
  if (start_ != nullptr) munmap(start_, mapped_);
}

Result<Memory> Memory::make(std::size_t bytes, Pages pages) {
  const auto mapped = bytes + k_huge;
  void* const start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return Failure(sys::errno_error(fmt::format("map {} bytes", bytes), errno));
  // Refused by a kernel that has no huge pages, which is what `small` asks for and `huge` looks at later.
  if (pages == Pages::small) madvise(start, mapped, MADV_NOHUGEPAGE);
  if (pages == Pages::huge) madvise(start, mapped, MADV_HUGEPAGE);
  return Memory(start, mapped, bytes);
}

std::uint64_t available_bytes() {
  return kilobytes_of(Host().read("/proc/meminfo").value_or(""), "MemAvailable:");
}

double huge_share() {
  const auto text = Host().read("/proc/self/smaps_rollup").value_or("");
  const auto all = kilobytes_of(text, "Anonymous:");
  return all == 0 ? 0 : static_cast<double>(kilobytes_of(text, "AnonHugePages:")) / static_cast<double>(all);
}

}  // namespace gpupass::bench
