// SPDX-License-Identifier: GPL-2.0-or-later
// PCI functions in a directory tree, with the files and links that sysfs has for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gpupass::test {

struct Function {
  std::string address;
  std::string bus = "pci0000:00";  // what it hangs below: "pci0000:00/0000:00:01.0"
  std::uint32_t class_code = 0x020000;
  std::uint16_t vendor = 0x8086, device = 0x1533, subsystem_vendor = 0x8086, subsystem_device = 0x0001;
  std::string driver = {};  // bound to; empty: none
  int group = -1;           // IOMMU group; -1: none
  bool pcie = true;         // has the attributes of a link
  int boot_vga = -1;        // -1: no such file
};

class PciTree {
 public:
  explicit PciTree(std::filesystem::path root) : root_(std::move(root)) {}

  /// Bridges are added like other functions, before what hangs below them.
  PciTree& add(const Function& function);
  /// Shows an IOMMU in use: "dmar0", "ivhd0".
  PciTree& add_iommu_unit(const std::string& name);

  /// A function's folder, below the root: "/sys/devices/pci0000:00/0000:00:01.0".
  [[nodiscard]] static std::string folder_of(const Function& function);

 private:
  void file(const std::filesystem::path& path, const std::string& content) const;
  void link(const std::filesystem::path& path, const std::filesystem::path& target) const;
  void add_to_group(const Function& function, const std::string& folder) const;

  std::filesystem::path root_;
};

/// A line a register, as `resource` has it: one BAR of 16 MiB, 64 bits wide, prefetchable.
[[nodiscard]] std::string one_bar();

}  // namespace gpupass::test
