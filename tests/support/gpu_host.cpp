// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/gpu_host.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

namespace gpupass::test {
namespace {

std::string bytes_of(std::uint32_t number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

/// The folder of a card below the root port of its number, and its place in sysfs by address.
Function card(const char* address, unsigned vendor, unsigned device, const char* driver, int group) {
  Function function;
  function.address = address;
  function.bus = fmt::format("pci0000:00/0000:00:{:02}.0", address[6] - '0');
  function.class_code = 0x030000;
  function.vendor = static_cast<std::uint16_t>(vendor);
  function.device = static_cast<std::uint16_t>(device);
  function.driver = driver;
  function.group = group;
  return function;
}

void add(PciTree& pci, const Function& function) {
  Function port;
  port.address = function.bus.substr(function.bus.rfind('/') + 1);
  port.class_code = 0x060400;
  port.driver = "pcieport";
  port.group = function.group + 20;
  pci.add(port);
  pci.add(function);
}

/// A node of the kernel's with its number in sysfs, below the function.
void add_class_node(Tree& tree, const Function& function, const std::string& name, const std::string& folder,
                    const std::string& number, const char* mode, unsigned group) {
  const auto real = fmt::format("{}/{}", PciTree::folder_of(function), name);
  tree.file(real + "/dev", number + "\n");
  tree.link(fmt::format("/sys/class/{}", name), "../../.." + real);
  add_node(tree, folder + name.substr(name.rfind('/') + 1), number, mode, group);
}

}  // namespace

void add_node(Tree& tree, const std::string& path, const std::string& number, const char* mode,
              unsigned group) {
  tree.file(path, fmt::format("c {} {} {}\n", number, mode, group));
}

std::string linker_cache(const std::vector<std::pair<std::string, std::string>>& libraries) {
  constexpr std::uint32_t k_head = 48, k_entry = 24, k_flags = 0x0303;
  const auto count = static_cast<std::uint32_t>(libraries.size());
  std::string entries, strings;
  const auto place = [&](const std::string& text) {
    const auto offset = static_cast<std::uint32_t>(k_head + count * k_entry + strings.size());
    strings += text + '\0';
    return bytes_of(offset);
  };
  for (const auto& [name, path] : libraries) {
    entries += bytes_of(k_flags);
    entries += place(name);
    entries += place(path);
    entries += std::string(12, '\0');
  }
  auto head = std::string("glibc-ld.so.cache1.1") + bytes_of(count) +
              bytes_of(static_cast<std::uint32_t>(strings.size()));
  head.resize(k_head, '\0');
  return head + entries + strings;
}

void add_nvidia(Tree& tree, PciTree& pci) {
  add(pci, card(k_nvidia_card, 0x10de, 0x2330, "nvidia", 11));
  add_nvidia_driver(tree, k_nvidia_card);
}

void add_nvidia_driver(Tree& tree, const std::string& card) {
  tree.file("/sys/module/nvidia/version", fmt::format("{}\n", k_nvidia_version));
  tree.file(fmt::format("/proc/driver/nvidia/gpus/{}/information", card),
            "Model: \t\t NVIDIA H100 80GB HBM3\nGPU UUID: \t GPU-11111111-2222-3333-4444-555555555555\n"
            "Device Minor: \t 0\n");
  add_node(tree, "/dev/nvidia0", "195:0");
  add_node(tree, "/dev/nvidiactl", "195:255");
  add_node(tree, "/dev/nvidia-uvm", "507:0");
  add_node(tree, "/dev/nvidia-uvm-tools", "507:1");
  const std::string folder = "/usr/local/nvidia/lib64";
  for (const auto* const library : {"libcuda", "libnvidia-ml", "libnvidia-ptxjitcompiler"}) {
    const auto file = fmt::format("{}.so.{}", library, k_nvidia_version);
    tree.file(folder + "/" + file,
              "\x7f"
              "ELF\x02");
    tree.link(fmt::format("{}/{}.so.1", folder, library), file);
  }
  tree.file(fmt::format("{}/libnvidia-gpucomp.so.{}", folder, k_nvidia_version),
            "\x7f"
            "ELF\x02");
  tree.file(folder + "/libother.so.1",
            "\x7f"
            "ELF\x02");
  tree.file("/etc/ld.so.conf.d/nvidia.conf", "# the driver\n" + folder + "\n");
  tree.file("/usr/local/nvidia/bin/nvidia-smi",
            "\x7f"
            "ELF\x02");
  tree.file(fmt::format("/lib/firmware/nvidia/{}/gsp_ga10x.bin", k_nvidia_version), "x");
  tree.file("/run/nvidia-persistenced/socket");
}

void add_amd(Tree& tree, PciTree& pci) {
  const auto function = card(k_amd_card, 0x1002, 0x744c, "amdgpu", 12);
  add(pci, function);
  add_class_node(tree, function, "drm/renderD129", "/dev/dri/", "226:129", "0660", 993);
  add_class_node(tree, function, "drm/card1", "/dev/dri/", "226:1", "0660", 44);
  tree.file("/sys/class/kfd/kfd/dev", "236:0\n");
  add_node(tree, "/dev/kfd", "236:0", "0660", 993);
}

void add_intel(Tree& tree, PciTree& pci) {
  const auto function = card(k_intel_card, 0x8086, 0x56a0, "xe", 13);
  add(pci, function);
  add_class_node(tree, function, "drm/renderD130", "/dev/dri/", "226:130", "0660", 993);
}

void add_vfio(Tree& tree, PciTree& pci) {
  add(pci, card(k_vfio_card, 0x10de, 0x2684, "vfio-pci", 14));
  tree.file("/sys/class/vfio/14/dev", "241:0\n").file("/sys/class/misc/vfio/dev", "10:196\n");
  add_node(tree, "/dev/vfio/14", "241:0", "0600");
  add_node(tree, "/dev/vfio/vfio", "10:196");
}

void add_gpu_host(Tree& tree) {
  PciTree pci(tree.root());
  pci.add_iommu_unit("dmar0");
  add_nvidia(tree, pci);
  add_amd(tree, pci);
  add_intel(tree, pci);
  add_vfio(tree, pci);
  add_node(tree, "/dev/null", "1:3");
  tree.file("/proc/devices",
            "Character devices:\n  1 mem\n195 nvidia\n236 kfd\n507 nvidia-uvm\n\nBlock devices:\n");
  tree.file("/proc/sys/kernel/osrelease", "6.8.0\n").file("/proc/sys/kernel/arch", "x86_64\n");
}

}  // namespace gpupass::test
