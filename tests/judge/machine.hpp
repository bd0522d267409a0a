// SPDX-License-Identifier: GPL-2.0-or-later
// A machine on which every rule is content: a desktop whose second card is for guests. A test makes
// one thing of it wrong.
#pragma once

#include <gtest/gtest.h>

#include "gpupass/finding.hpp"

namespace gpupass::test {

inline PciAddress at(std::string_view text) {
  return parse_pci_address(text).value();
}

inline Device device(std::string_view address, std::uint32_t class_code, const char* class_name,
                     const char* driver, int group) {
  Device made;
  made.address = at(address);
  made.class_code = class_code;
  made.class_name = class_name;
  made.driver = driver;
  made.modules = {driver};
  made.iommu_group = group;
  made.reset_methods = {"flr"};
  made.power_state = "D0";
  return made;
}

inline Device bridge(std::string_view address, int group) {
  auto made = device(address, 0x060400, "PCI bridge", "pcieport", group);
  made.header_type = HeaderType::bridge;
  return made;
}

/// 0000:00:02.0 draws the screen; 0000:01:00.0 and .1 are the card; then a disk and a network card.
inline Inventory machine() {
  Inventory made;
  auto screen = device("0000:00:02.0", 0x030000, "VGA compatible controller", "i915", 0);
  screen.boot_vga = true;
  auto card = device("0000:01:00.0", 0x030000, "VGA compatible controller", "nvidia", 1);
  card.boot_vga = false;
  auto sound = device("0000:01:00.1", 0x040300, "Audio device", "snd_hda_intel", 1);
  card.bridges = sound.bridges = {at("0000:00:01.0")};
  made.devices = {bridge("0000:00:01.0", 1),
                  screen,
                  card,
                  sound,
                  device("0000:02:00.0", 0x010802, "Non-Volatile memory controller", "nvme", 2),
                  device("0000:03:00.0", 0x020000, "Ethernet controller", "r8169", 3)};
  const std::vector<ReservedRegion> regions{{0xfee00000, 0xfeefffff, "msi"}};
  made.groups = {{0, "DMA", {at("0000:00:02.0")}, regions},
                 {1, "DMA", {at("0000:00:01.0"), at("0000:01:00.0"), at("0000:01:00.1")}, regions},
                 {2, "DMA", {at("0000:02:00.0")}, regions},
                 {3, "DMA", {at("0000:03:00.0")}, regions}};
  made.iommu = {IommuKind::intel_vtd,           true, IommuOff::not_off, Ternary::yes, "DMAR",
                "/proc/interrupts: IR-PCI-MSI", false};
  made.kernel.release = "6.1.0-56-amd64";
  made.kernel.architecture = "x86_64";
  made.kernel.told_by = "/proc/sys/kernel/arch";
  made.kernel.command_line = "root=/dev/nvme0n1p2 intel_iommu=on";
  made.kernel.modules = {{"vfio", true, true}, {"vfio_pci", false, true}, {"vfio_iommu_type1", false, true},
                         {"kvm", true, true},  {"kvm_intel", true, true}, {"kvm_amd", false, true}};
  made.kvm = {"vmx", KvmProbe{true, true, 12, true, "", false}};
  made.holders = {
      {at("0000:00:02.0"), HolderKind::console, "fb0", "text console on i915drmfb", 0, ""},
      {at("0000:02:00.0"), HolderKind::mount, "/dev/nvme0n1p2", "/", 0, ""},
      {at("0000:03:00.0"), HolderKind::route, "eth0", "default", 0, ""},
  };
  made.holders_complete = true;
  return made;
}

/// The device of the machine, to be made wrong.
inline Device& device_of(Inventory& inventory, std::string_view address) {
  for (auto& device : inventory.devices) {
    if (device.address == at(address)) return device;
  }
  throw std::out_of_range(std::string(address));
}

inline Target card() {
  return {{at("0000:01:00.0"), at("0000:01:00.1")}};
}

inline Target target(std::string_view address) {
  return {{at(address)}};
}

/// The one finding that there must be.
inline Finding only(const std::vector<Finding>& findings) {
  EXPECT_EQ(findings.size(), 1U);
  return findings.empty() ? Finding{} : findings.front();
}

inline Holder process(std::string_view device, const char* node, pid_t pid, const char* name) {
  return {at(device), HolderKind::process, node, "", pid, name};
}

}  // namespace gpupass::test
