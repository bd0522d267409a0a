// SPDX-License-Identifier: GPL-2.0-or-later
// Drivers that hand devices to guests.
#pragma once

#include <string_view>

namespace gpupass {

/// vfio-pci, or a variant of it for one maker's devices, which adds to it, as migration: mlx5_vfio_pci,
/// hisi_acc_vfio_pci, nvgrace-gpu-vfio-pci, xe-vfio-pci, … (drivers/vfio/pci). A guest can have what is on
/// one as it is; an override of vfio-pci would replace the variant.
[[nodiscard]] bool is_vfio_driver(std::string_view driver);

}  // namespace gpupass
