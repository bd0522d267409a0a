// SPDX-License-Identifier: GPL-2.0-or-later
// A BAR of a function mapped into this process, by whichever way is open: sysfs where no driver has the
// function, VFIO where vfio-pci does. If another driver has it, there is no way: reading without that
// driver's knowledge may do harm.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench::pci {

/// A memory BAR that may be read and written back without effects beyond its memory: prefetchable, by which
/// the device says that reading does nothing else and that writes may be merged.
struct Bar {
  int index;          // 0…5
  std::size_t bytes;  // a power of two
  bool operator==(const Bar&) const = default;
};

/// Of the text of a function's file `resource`: a line each, "0xSTART 0xEND 0xFLAGS".
[[nodiscard]] std::vector<Bar> prefetchable_bars(const std::string& resource);

class Window {
 public:
  Window() = default;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  virtual ~Window() = default;

  /// Its first bytes() bytes, uncached. Reading all ones means that the device does not answer.
  [[nodiscard]] virtual volatile std::byte* data() const = 0;
  [[nodiscard]] virtual std::size_t bytes() const = 0;  // what is mapped: at most 1 MiB of the BAR
};

/// Errors: refused (a driver uses the function), denied, busy (a guest has it), unsupported (this BAR cannot
/// be mapped), system.
[[nodiscard]] Result<std::unique_ptr<Window>> open_window(const Host& host, const std::string& address,
                                                          const Bar& bar);

}  // namespace gpupass::bench::pci
