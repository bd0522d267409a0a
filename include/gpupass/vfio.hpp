// SPDX-License-Identifier: GPL-2.0-or-later
// Drivers that hand devices to guests, and the nodes through which programs have those.
#pragma once

#include <string_view>

namespace gpupass {

/// vfio-pci, or a variant of it for one maker's devices, which adds to it, as migration: mlx5_vfio_pci,
/// hisi_acc_vfio_pci, nvgrace-gpu-vfio-pci, xe-vfio-pci, … (drivers/vfio/pci). A guest can have what is on
/// one as it is; an override of vfio-pci would replace the variant.
[[nodiscard]] bool is_vfio_driver(std::string_view driver);

/// Below it is a node for each group whose devices are all on such drivers (/dev/vfio/12), the container of
/// groups (/dev/vfio/vfio), and devices/vfio0 for each device (drivers/vfio).
inline constexpr std::string_view k_vfio_nodes = "/dev/vfio/";
[[nodiscard]] inline bool is_vfio_node(std::string_view path) {
  return path.starts_with(k_vfio_nodes);
}

}  // namespace gpupass
