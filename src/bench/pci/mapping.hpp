// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of a device as memory of this process.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gpupass/error.hpp"

namespace gpupass::bench::pci {

/// Of a BAR's memory, so much is mapped: a word each time is read and written, there is no need for more.
inline constexpr std::size_t k_most_mapped = std::size_t{1} << 20U;

class Mapping {
 public:
  /// Errors: unsupported, if the kernel does not let it be mapped; whatever else mmap says.
  [[nodiscard]] static Result<Mapping> make(int file, std::int64_t offset, std::size_t bytes);
  Mapping(Mapping&& other) noexcept : start_(std::exchange(other.start_, nullptr)), bytes_(other.bytes_) {}
  Mapping& operator=(Mapping&&) = delete;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] volatile std::byte* data() const { return static_cast<std::byte*>(start_); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  Mapping(void* start, std::size_t bytes) : start_(start), bytes_(bytes) {}
  void* start_;
  std::size_t bytes_;
};

}  // namespace gpupass::bench::pci
