// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/hotplug_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "gpupass/core/quantity.hpp"

namespace gpupass::virt {
namespace {

constexpr std::uint64_t k_mebibyte = 1U << 20U;
constexpr std::uint64_t k_default_window = 2 * k_mebibyte;

/// Bytes of address space that the memory BARs take. The expansion ROM needs none until it is read.
std::uint64_t memory_of(const Device& function) {
  constexpr int k_rom = 6;
  std::uint64_t bytes = 0;
  for (const auto& bar : function.bars) {
    if (!bar.io && bar.index != k_rom) bytes += bar.size;
  }
  return bytes;
}

/// QEMU's own property (in <qemu:commandline>), or libvirt's attribute for it, which came with 10.3.
bool reserves_windows(std::string_view domain_xml) {
  constexpr std::array<std::string_view, 3> k_words{"mem-reserve", "pref64-reserve", "memReserve="};
  return std::ranges::any_of(k_words, [&](auto word) { return domain_xml.find(word) != domain_xml.npos; });
}

}  // namespace

std::optional<std::string> warn_of_hotplug_window(const std::string& domain_xml,
                                                  const std::vector<const Device*>& functions) {
  if (functions.empty() || reserves_windows(domain_xml)) return std::nullopt;
  const auto* const largest =
      *std::ranges::max_element(functions, {}, [](const Device* function) { return memory_of(*function); });
  if (memory_of(*largest) <= k_default_window) return std::nullopt;
  return fmt::format(
      "{} needs {} of address space, and a root port of a running guest has 2 MiB unless the domain "
      "reserves more: the guest may say \"can't assign; no space\". With --config and a start of the guest "
      "it fits",
      to_string(largest->address), core::size_text(memory_of(*largest)));
}

}  // namespace gpupass::virt
