// SPDX-License-Identifier: GPL-2.0-or-later
// Cases for the PCI function of Settings::pci, whatever it is. None of them needs a driver of its own.
#pragma once

#include "bench/case.hpp"

namespace gpupass::bench::pci {

[[nodiscard]] Result<> config(const Case& row, Context& context);
[[nodiscard]] Result<> mmio_read(const Case& row, Context& context);
[[nodiscard]] Result<> mmio_write(const Case& row, Context& context);

}  // namespace gpupass::bench::pci
