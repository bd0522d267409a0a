// SPDX-License-Identifier: GPL-2.0-or-later
// Anonymous memory whose pages are chosen, and what is put there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "gpupass/error.hpp"

namespace gpupass::bench {

enum class Pages {
  small,  // 4 KiB, never merged into larger ones
  huge,   // 2 MiB as far as the kernel has them (transparent huge pages)
  any,    // as the system's settings say
};

/// Zeroed by the kernel, aligned to 2 MiB, not yet backed: the first access to a page does that.
class Memory {
 public:
  /// Error: system, with the size.
  [[nodiscard]] static Result<Memory> make(std::size_t bytes, Pages pages);
  Memory(Memory&& other) noexcept
      : start_(std::exchange(other.start_, nullptr)),
        mapped_(other.mapped_),
        data_(other.data_),
        bytes_(other.bytes_) {}
  Memory& operator=(Memory&&) = delete;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  Memory(void* start, std::size_t mapped, std::size_t bytes);
  void* start_;
  std::size_t mapped_;
  std::byte* data_;
  std::size_t bytes_;
};

/// Bytes that programs can still get without swapping; 0 where the kernel does not say.
[[nodiscard]] std::uint64_t available_bytes();

/// The share of this process's anonymous memory that lies in huge pages; 0 where the kernel does not say.
[[nodiscard]] double huge_share();

}  // namespace gpupass::bench
