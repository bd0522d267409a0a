// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/machines.hpp"

#include <functional>
#include <map>

namespace gpupass::test {
namespace {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t k_gibibyte = std::uint64_t{1} << 30U;

/// A function behind a root port, on a driver of the host's.
Device function(const char* address, std::uint32_t class_code, std::uint16_t vendor, int node,
                std::vector<std::uint64_t> bars) {
  Device made;
  made.address = parse_pci_address(address).value();
  made.class_code = class_code;
  made.vendor = vendor;
  made.driver = "some-driver";
  made.bridges = {PciAddress{0, 0, 1, 0}};
  made.is_pcie = true;
  made.numa_node = node;
  for (const auto size : bars) {
    made.bars.push_back({static_cast<int>(2 * made.bars.size()), 0, size, false, true, true});
  }
  return made;
}

Device processor_graphics() {
  auto made = function("0000:00:02.0", 0x030000, 0x8086, -1, {16 * k_mebibyte, 256 * k_mebibyte});
  made.bridges.clear();
  return made;
}

/// Cores from `first` on, their second threads `apart` processors away; 0: they have none.
std::vector<Core> cores(int first, int count, int apart) {
  std::vector<Core> made;
  for (int cpu = first; cpu < first + count; ++cpu)
    made.push_back(apart == 0 ? Core{{cpu}} : Core{{cpu, cpu + apart}});
  return made;
}

NumaNode node(int id, std::vector<Core> cores, std::uint64_t gibibytes, PagePool huge, PagePool large) {
  return {id,
          std::move(cores),
          gibibytes * k_gibibyte,
          gibibytes * k_gibibyte / 2,
          {{2 * k_mebibyte, large}, {k_gibibyte, huge}}};
}

GuestMachine of(const char* architecture) {
  GuestMachine made;
  made.inventory.kernel.architecture = architecture;
  return made;
}

std::vector<Device> desktop_card() {
  return {function("0000:01:00.0", 0x030000, 0x10de, -1, {16 * k_mebibyte, 32 * k_gibibyte, 32 * k_mebibyte}),
          function("0000:01:00.1", 0x040300, 0x10de, -1, {})};
}

GuestMachine desktop() {
  auto made = of("x86_64");
  made.inventory.devices = desktop_card();
  made.inventory.devices.insert(made.inventory.devices.begin(), processor_graphics());
  made.topology = {"GenuineIntel", 39, {node(0, cores(0, 8, 8), 64, {0, 0}, {28672, 28672})}, {}};
  return made;
}

GuestMachine workstation() {
  auto made = desktop();
  made.inventory.devices = {
      function("0000:01:00.0", 0x030200, 0x10de, -1, {16 * k_mebibyte, 128 * k_gibibyte, 32 * k_mebibyte})};
  return made;
}

GuestMachine hybrid() {
  auto made = desktop();
  std::vector<Core> all;
  for (int cpu = 0; cpu < 12; cpu += 2) all.push_back({{cpu, cpu + 1}});
  for (int cpu = 12; cpu < 20; ++cpu) all.push_back({{cpu}});
  made.topology.nodes = {node(0, all, 64, {0, 0}, {0, 0})};
  return made;
}

GuestMachine server() {
  auto made = of("x86_64");
  const std::vector<std::uint64_t> bars{16 * k_mebibyte, 128 * k_gibibyte, 32 * k_mebibyte};
  for (const auto* const address : {"0000:18:00.0", "0000:19:00.0", "0000:3a:00.0", "0000:3b:00.0"})
    made.inventory.devices.push_back(function(address, 0x030200, 0x10de, 0, bars));
  for (const auto* const address : {"0000:9a:00.0", "0000:9b:00.0", "0000:ba:00.0", "0000:bb:00.0"})
    made.inventory.devices.push_back(function(address, 0x030200, 0x10de, 1, bars));
  made.topology = {"GenuineIntel",
                   52,
                   {node(0, cores(0, 56, 112), 1024, {512, 512}, {0, 0}),
                    node(1, cores(56, 56, 112), 1024, {512, 512}, {0, 0})},
                   {}};
  return made;
}

GuestMachine amd() {
  auto made = of("x86_64");
  made.inventory.devices = {
      function("0000:c1:00.0", 0x030000, 0x10de, 2, {16 * k_mebibyte, 256 * k_mebibyte, 32 * k_mebibyte}),
      function("0000:c1:00.1", 0x040300, 0x10de, 2, {}),
      function("0000:c1:00.2", 0x0c0330, 0x10de, 2, {256 * 1024, 64 * 1024}),
      function("0000:c1:00.3", 0x0c8000, 0x10de, 2, {}),
  };
  made.topology = {"AuthenticAMD", 48, {}, {}};
  for (int id = 0; id < 4; ++id)
    made.topology.nodes.push_back(
        node(id, cores(16 * id, 16, 64), 128, {id == 2 ? 96U : 0U, id == 2 ? 96U : 0U}, {0, 0}));
  return made;
}

GuestMachine laptop() {
  auto made = of("x86_64");
  made.inventory.devices = {processor_graphics()};
  made.topology = {"GenuineIntel", 39, {node(0, cores(0, 4, 4), 16, {0, 0}, {0, 0})}, {}};
  return made;
}

GuestMachine arm() {
  auto made = of("aarch64");
  made.inventory.devices = {
      function("0000:01:00.0", 0x030200, 0x10de, 0, {16 * k_mebibyte, 64 * k_gibibyte, 32 * k_mebibyte})};
  made.topology = {"", 0, {node(0, cores(0, 80, 0), 256, {128, 128}, {0, 0})}, {}};
  return made;
}

}  // namespace

GuestMachine guest_machine(const std::string& name) {
  static const std::map<std::string, std::function<GuestMachine()>> machines{
      {"desktop", desktop}, {"workstation", workstation}, {"hybrid", hybrid}, {"server", server},
      {"amd", amd},         {"laptop", laptop},           {"arm", arm}};
  return machines.at(name)();
}

}  // namespace gpupass::test
