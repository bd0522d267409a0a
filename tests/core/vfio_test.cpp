// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/vfio.hpp"

#include <gtest/gtest.h>

namespace gpupass {
namespace {

TEST(VfioDriver, IsVfioPciAndEveryVariantOfIt) {
  for (const auto* const driver :
       {"vfio-pci", "mlx5_vfio_pci", "hisi_acc_vfio_pci", "nvgrace-gpu-vfio-pci", "pds_vfio_pci",
        "virtio_vfio_pci", "qat_vfio_pci", "xe-vfio-pci", "i915_vfio_pci"})
    EXPECT_TRUE(is_vfio_driver(driver)) << driver;
  for (const auto* const driver : {"", "nvidia", "pci-stub", "virtio-pci", "mlx5_core", "uio_pci_generic"})
    EXPECT_FALSE(is_vfio_driver(driver)) << driver;
}

}  // namespace
}  // namespace gpupass
