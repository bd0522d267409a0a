// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/pci_tree.hpp"

#include <fmt/format.h>

#include <fstream>

namespace gpupass::test {
namespace fs = std::filesystem;
namespace {

/// The standard header: only what says what kind of header it is, and the ids.
std::string config_of(const Function& function) {
  constexpr std::size_t k_conventional = 256, k_header_type = 0x0e;
  std::string bytes(k_conventional, '\0');
  const auto put = [&](std::size_t at, std::uint32_t value) { bytes[at] = static_cast<char>(value & 0xffU); };
  put(0, function.vendor);
  put(1, function.vendor >> 8U);
  put(2, function.device);
  put(3, function.device >> 8U);
  put(k_header_type, function.class_code >> 8U == 0x0604 ? 1 : 0);
  return bytes;
}

std::string modalias_of(const Function& function) {
  return fmt::format("pci:v{:08X}d{:08X}sv{:08X}sd{:08X}bc{:02X}sc{:02X}i{:02X}\n", function.vendor,
                     function.device, function.subsystem_vendor, function.subsystem_device,
                     function.class_code >> 16U, function.class_code >> 8U & 0xffU,
                     function.class_code & 0xffU);
}

}  // namespace

std::string one_bar() {
  std::string lines = "0x00000000e0000000 0x00000000e0ffffff 0x000000000014220c\n";
  for (int i = 1; i < 13; ++i) lines += "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
  return lines;
}

std::string PciTree::folder_of(const Function& function) {
  return "/sys/devices/" + function.bus + "/" + function.address;
}

PciTree& PciTree::add(const Function& function) {
  const auto folder = folder_of(function);
  fs::create_directories(root_ / fs::path(folder).relative_path());
  const auto attribute = [&](const char* name, const std::string& value) {
    file(folder + "/" + name, value + "\n");
  };
  attribute("vendor", fmt::format("{:#06x}", function.vendor));
  attribute("device", fmt::format("{:#06x}", function.device));
  attribute("subsystem_vendor", fmt::format("{:#06x}", function.subsystem_vendor));
  attribute("subsystem_device", fmt::format("{:#06x}", function.subsystem_device));
  attribute("class", fmt::format("{:#08x}", function.class_code));
  attribute("revision", "0x01");
  attribute("irq", "16");
  attribute("enable", "1");
  attribute("numa_node", "0");
  attribute("power_state", "D0");
  attribute("reset_method", "flr bus");
  attribute("driver_override", "(null)");
  attribute("local_cpulist", "0-1");
  attribute("dma_mask_bits", "64");
  attribute("d3cold_allowed", "1");
  file(folder + "/modalias", modalias_of(function));
  file(folder + "/resource", one_bar());
  file(folder + "/config", config_of(function));
  if (function.pcie) {
    attribute("current_link_speed", "8.0 GT/s PCIe");
    attribute("current_link_width", "8");
    attribute("max_link_speed", "16.0 GT/s PCIe");
    attribute("max_link_width", "16");
  }
  if (function.boot_vga >= 0) attribute("boot_vga", fmt::format("{}", function.boot_vga));
  link("/sys/bus/pci/devices/" + function.address, folder);
  link(folder + "/subsystem", "/sys/bus/pci");
  if (!function.driver.empty()) {
    const auto driver = "/sys/bus/pci/drivers/" + function.driver;
    fs::create_directories(root_ / fs::path(driver).relative_path());
    link(folder + "/driver", driver);
    link(driver + "/" + function.address, folder);
  }
  if (function.group >= 0) add_to_group(function, folder);
  return *this;
}

void PciTree::add_to_group(const Function& function, const std::string& folder) const {
  const auto group = fmt::format("/sys/kernel/iommu_groups/{}", function.group);
  file(group + "/type", "DMA\n");
  file(group + "/reserved_regions", "0x00000000fee00000 0x00000000feefffff msi\n");
  link(group + "/devices/" + function.address, folder);
  link(folder + "/iommu_group", group);
}

PciTree& PciTree::add_iommu_unit(const std::string& name) {
  link("/sys/class/iommu/" + name, "/sys/devices/virtual/iommu/" + name);
  return *this;
}

void PciTree::file(const fs::path& path, const std::string& content) const {
  const auto real = root_ / path.relative_path();
  fs::create_directories(real.parent_path());
  std::ofstream(real, std::ios::binary) << content;
}

/// Relative, as all links of sysfs are.
void PciTree::link(const fs::path& path, const fs::path& target) const {
  const auto real = root_ / path.relative_path();
  fs::create_directories(real.parent_path());
  fs::create_symlink(target.lexically_relative(path.parent_path()), real);
}

}  // namespace gpupass::test
