// SPDX-License-Identifier: GPL-2.0-or-later
// A machine on which passthrough works, and the card that most tests pass through.
#pragma once

#include "support/pci_tree.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

inline constexpr const char* k_gpu = "0000:01:00.0";
inline constexpr const char* k_audio = "0000:01:00.1";

/// What the rules look for besides devices: a processor that virtualizes, a kernel that has vfio-pci, and
/// nothing that the host needs a device for.
void add_passthrough_kernel(Tree& tree);

/// VT-d, and the root port 0000:00:01.0 that a card is plugged into.
void add_root_port(PciTree& pci);

/// That, and in it a card of two functions in group 1, on nvidia and snd_hda_intel, which drives no screen.
void add_card(PciTree& pci);

}  // namespace gpupass::test
