// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory, and the limit on locked memory.
#include <fmt/format.h>

#include "gpupass/core/quantity.hpp"
#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {

Result<void> memory(Tuning& tuning) {
  const auto& layout = tuning.layout;
  const auto bytes = layout.memory();
  auto& root = tuning.domain.root();
  auto& memory = section(root, "memory", "metadata");
  set(memory, "unit", "MiB");
  set_text(memory, std::to_string(bytes / k_mebibyte));
  if (auto* const current = root.FirstChildElement("currentMemory")) virt::remove(*current);
  tuning.choices.push_back({"memory", core::size_text(bytes), layout.memory_reason.why,
                            "the host's memory and cards", layout.memory_reason.warning});
  tuning.choices.push_back(
      {"locked memory", "left to libvirt",
       fmt::format(
           "VFIO pins all of it while the guest runs; libvirt raises QEMU's limit to {} by itself, and "
           "<locked/> would lift the limit altogether",
           core::size_text(bytes + k_gibibyte)),
       "libvirt, domain XML: memoryBacking/locked, memtune/hard_limit", ""});
  return {};
}

}  // namespace gpupass::guest
