// SPDX-License-Identifier: GPL-2.0-or-later
// make-bus DIR N: a root with N PCI functions, for measuring. Buses of 32: a root port and what hangs
// below it, with ids that pci.ids knows; each bus is an IOMMU group of its own.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "gpupass/core/text.hpp"
#include "support/pci_tree.hpp"

namespace {

using gpupass::test::Function;
using gpupass::test::PciTree;

struct Model {
  std::uint32_t class_code;
  std::uint16_t vendor, device;
  const char* driver;
};
constexpr std::array k_models = {
    Model{0x030200, 0x10de, 0x2330, "nvidia"},        Model{0x030000, 0x1002, 0x73bf, "amdgpu"},
    Model{0x040300, 0x10de, 0x22ba, "snd_hda_intel"}, Model{0x020000, 0x15b3, 0x101e, "mlx5_core"},
    Model{0x010802, 0x144d, 0xa80a, "nvme"},          Model{0x020000, 0x8086, 0x1521, "igb"},
    Model{0x0c0330, 0x8086, 0xa36d, "xhci_hcd"},
};

constexpr int k_bus_size = 32;       // a root port and 31 functions
constexpr int k_domain_buses = 128;  // root ports of one domain: 16 slots of 8 functions

Function root_port(int domain, int port) {
  Function function;
  function.address = fmt::format("{:04x}:00:{:02x}.{}", domain, port / 8, port % 8);
  function.bus = fmt::format("pci{:04x}:00", domain);
  function.class_code = 0x060400;
  function.device = 0x1901;
  function.driver = "pcieport";
  return function;
}

Function endpoint(const Function& port, int domain, int bus, int index) {
  const auto& model = k_models[static_cast<std::size_t>(bus + index) % k_models.size()];
  Function function;
  function.address = fmt::format("{:04x}:{:02x}:{:02x}.{}", domain, bus, index / 8, index % 8);
  function.bus = port.bus + "/" + port.address;
  function.class_code = model.class_code;
  function.vendor = model.vendor;
  function.device = model.device;
  function.driver = model.driver;
  if (model.class_code == 0x030000) function.boot_vga = 0;
  return function;
}

void make_bus(const std::filesystem::path& root, int count) {
  PciTree tree(root);
  tree.add_iommu_unit("dmar0");
  for (int made = 0; made < count; ++made) {
    const int bus = made / k_bus_size, domain = bus / k_domain_buses, port = bus % k_domain_buses;
    auto function = root_port(domain, port);
    if (made % k_bus_size > 0) function = endpoint(function, domain, port + 1, made % k_bus_size - 1);
    function.group = bus;
    tree.add(function);
  }
}

}  // namespace

int main(int count, char** words) {
  const auto functions = count == 3 ? gpupass::core::parse_number(words[2]) : std::nullopt;
  if (!functions || *functions > 65536) {
    std::cerr << "usage: make-bus DIR N\n";
    return 2;
  }
  make_bus(words[1], static_cast<int>(*functions));
}
