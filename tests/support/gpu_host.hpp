// SPDX-License-Identifier: GPL-2.0-or-later
// A machine whose cards are on the host's drivers, with their nodes, NVIDIA's libraries and CDI files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/pci_tree.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

inline constexpr const char* k_nvidia_card = "0000:01:00.0";
inline constexpr const char* k_amd_card = "0000:02:00.0";
inline constexpr const char* k_intel_card = "0000:03:00.0";
inline constexpr const char* k_vfio_card = "0000:04:00.0";
inline constexpr const char* k_nvidia_version = "580.159.04";

/// A character device as a tree has it: "c 195:0 0666 0".
void add_node(Tree& tree, const std::string& path, const std::string& number, const char* mode = "0666",
              unsigned group = 0);

/// A file as ldconfig writes /etc/ld.so.cache: names with their paths.
[[nodiscard]] std::string linker_cache(const std::vector<std::pair<std::string, std::string>>& libraries);

/// NVIDIA's card with its driver; libraries in a folder of their own, which ld.so.conf.d names.
void add_nvidia(Tree& tree, PciTree& pci);
/// That driver alone, for a card that is there: its nodes, files and libraries.
void add_nvidia_driver(Tree& tree, const std::string& card);
/// An AMD card on amdgpu, with /dev/kfd.
void add_amd(Tree& tree, PciTree& pci);
/// An Intel card on xe.
void add_intel(Tree& tree, PciTree& pci);
/// A card on vfio-pci, alone in its group, 14.
void add_vfio(Tree& tree, PciTree& pci);
/// All four, and nothing wrong.
void add_gpu_host(Tree& tree);

}  // namespace gpupass::test
