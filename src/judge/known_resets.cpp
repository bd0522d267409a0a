// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/known_resets.hpp"

#include <algorithm>
#include <array>

namespace gpupass::judge {
namespace {

// Virtual functions have ids of their own and are not among these.
constexpr std::array<KnownReset, 3> k_known_resets{{
    // GB202 and GB203. https://github.com/NVIDIA/open-gpu-kernel-modules/issues/853 (RTX 5070 Ti), and what
    // CloudRift said of the RTX 5090 and RTX PRO 6000 in 2025: H100, B200 and RTX 4090 had no such trouble.
    {0x10de, 0x2b80, 0x2cff, true, false, "GeForce RTX 5070 Ti to 5090 and RTX PRO Blackwell",
     "often do not answer: the kernel waits 65 s for them, and the host may freeze"},
    // MI300 and MI350. https://github.com/amd/MxGPU-Virtualization/issues/25.
    {0x1002, 0x74a0, 0x74af, true, true, "AMD Instinct MI300", "read as 0xff until the host is rebooted"},
    {0x1002, 0x75a0, 0x75af, true, true, "AMD Instinct MI350", "read as 0xff until the host is rebooted"},
}};

}  // namespace

const KnownReset* known_reset(const Device& device) {
  const auto* const known = std::ranges::find_if(k_known_resets, [&](const KnownReset& reset) {
    return device.vendor == reset.vendor && device.device >= reset.first_device &&
           device.device <= reset.last_device;
  });
  return known == k_known_resets.end() ? nullptr : known;
}

}  // namespace gpupass::judge
