// SPDX-License-Identifier: GPL-2.0-or-later
// What sysfs says of a function.
#include "discover/functions.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

using Addresses = std::vector<PciAddress>;

TEST(BridgesAbove, AreNearestFirst) {
  EXPECT_EQ(bridges_above("../../../devices/pci0000:00/0000:00:01.0/0000:02:00.0/0000:03:00.0"),
            (Addresses{at("0000:02:00.0"), at("0000:00:01.0")}));
  EXPECT_EQ(bridges_above("../../../devices/pci0000:00/0000:00:02.0"), Addresses{});
  EXPECT_EQ(bridges_above("rubbish"), Addresses{});
  EXPECT_EQ(bridges_above(""), Addresses{});
}

TEST(BridgesAbove, EndAtTheRootBusThatIntelVmdHasBelowAFunction) {
  EXPECT_EQ(bridges_above("../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0"),
            Addresses{at("10000:e0:06.0")});
  EXPECT_EQ(
      controller_above("../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0"),
      at("0000:00:0e.0"));
  EXPECT_EQ(controller_above("../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0"), std::nullopt);
}

class Functions : public ::testing::Test {
 protected:
  [[nodiscard]] Device read(const std::string& address = "0000:01:00.0") {
    inventory = machine.read();
    const auto* const device = inventory.find(at(address));
    EXPECT_NE(device, nullptr) << address;
    return device == nullptr ? Device{} : *device;
  }
  [[nodiscard]] std::string problem(const std::string& file) const {
    return test::problems_of(inventory, "/sys/bus/pci/devices/0000:01:00.0/" + file);
  }
  test::Tree& set(const std::string& file, std::string_view content) {
    return machine.tree.file(PciTree::folder_of(machine.gpu) + "/" + file, content);
  }
  using PciTree = test::PciTree;

  Machine machine;
  Inventory inventory;
};

TEST_F(Functions, AreReadWhole) {
  const auto gpu = read();
  EXPECT_EQ(test::all_problems(inventory), "");
  EXPECT_EQ(gpu.class_code, 0x030000U);
  EXPECT_EQ(gpu.vendor, 0x10de);
  EXPECT_EQ(gpu.device, 0x2330);
  EXPECT_EQ(gpu.subsystem_vendor, 0x8086);
  EXPECT_EQ(gpu.subsystem_device, 0x0001);
  EXPECT_EQ(gpu.revision, 1);
  EXPECT_EQ(gpu.vendor_name, "NVIDIA Corporation");
  EXPECT_EQ(gpu.device_name, "GH100 [H100 SXM5 80GB]");
  EXPECT_EQ(gpu.driver, "nvidia");
  EXPECT_EQ(gpu.driver_override, std::nullopt);
  EXPECT_EQ(gpu.iommu_group, 1);
  EXPECT_EQ(gpu.bridges, Addresses{at("0000:00:01.0")});
  EXPECT_EQ(gpu.header_type, HeaderType::endpoint);
  EXPECT_TRUE(gpu.is_pcie);
  EXPECT_EQ(gpu.bars.size(), 1U);
  EXPECT_EQ(gpu.reset_methods, (std::vector<std::string>{"flr", "bus"}));
  EXPECT_EQ(gpu.numa_node, 0);
  EXPECT_EQ(gpu.link_now, (Link{"8.0 GT/s PCIe", 8}));
  EXPECT_EQ(gpu.link_most, (Link{"16.0 GT/s PCIe", 16}));
  EXPECT_EQ(gpu.boot_vga, true);
  EXPECT_EQ(gpu.sriov, std::nullopt);
  EXPECT_EQ(gpu.power_state, "D0");
}

TEST_F(Functions, AreKnownByFilesOfOneIdEach) {
  machine.tree.remove(PciTree::folder_of(machine.gpu) + "/modalias");
  set("subsystem_device", "0x16c1\n");
  const auto gpu = read();
  EXPECT_EQ(test::all_problems(inventory), "");
  EXPECT_EQ(gpu.class_code, 0x030000U);
  EXPECT_EQ(gpu.vendor, 0x10de);
  EXPECT_EQ(gpu.device, 0x2330);
  EXPECT_EQ(gpu.subsystem_vendor, 0x8086);
  EXPECT_EQ(gpu.subsystem_device, 0x16c1);
}

TEST_F(Functions, AreAllThereWhenSeveralThreadsRead) {
  for (int bus = 0x10; bus < 0x30; ++bus) {
    for (int slot = 0; slot < 32; ++slot) {
      machine.tree.dir(fmt::format("/sys/bus/pci/devices/0000:{:02x}:{:02x}.0", bus, slot));
    }
  }
  inventory = machine.read();
  EXPECT_EQ(inventory.devices.size(), 6U + 32 * 32);
  EXPECT_TRUE(std::ranges::is_sorted(inventory.devices, {}, &Device::address));
  EXPECT_EQ(test::problems_of(inventory, "/sys/bus/pci/devices/0000:2f:1f.0/class"), "is missing\n");
}

TEST_F(Functions, AreSortedByAddress) {
  EXPECT_TRUE(std::ranges::is_sorted(machine.read().devices, {}, &Device::address));
  EXPECT_EQ(machine.read().devices.size(), 6U);
}

TEST_F(Functions, OfABridgeHaveItsHeader) {
  EXPECT_EQ(read("0000:00:01.0").header_type, HeaderType::bridge);
}

TEST_F(Functions, ThatDoNotAnswerHaveAnUnreadableHeader) {
  set("config", std::string(64, '\xff'));
  EXPECT_EQ(read().header_type, HeaderType::unreadable);
}

TEST_F(Functions, AreStillKnownByTheirClassWithoutConfigurationSpace) {
  machine.tree.remove("/sys/devices/pci0000:00/0000:00:01.0/config");
  EXPECT_EQ(read("0000:00:01.0").header_type, HeaderType::bridge);
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Functions, WithTruncatedConfigurationSpaceAreAProblem) {
  set("config", "\xde\x10");
  EXPECT_EQ(read().header_type, HeaderType::endpoint);
  EXPECT_EQ(problem("config"), "the configuration header cannot be read\n");
}

TEST_F(Functions, WithoutTheAttributesThatNotAllHaveAreNoProblem) {
  const auto folder = PciTree::folder_of(machine.gpu);
  for (const auto* const name : {"numa_node", "reset_method", "current_link_speed", "power_state", "boot_vga",
                                 "driver", "iommu_group", "driver_override", "revision"}) {
    machine.tree.remove(folder + "/" + name);
  }
  const auto gpu = read();
  EXPECT_EQ(test::all_problems(inventory), "");
  EXPECT_EQ(gpu.numa_node, -1);
  EXPECT_FALSE(gpu.is_pcie);
  EXPECT_EQ(gpu.link_now, std::nullopt);
  EXPECT_EQ(gpu.boot_vga, std::nullopt);
  EXPECT_EQ(gpu.driver, std::nullopt);
  EXPECT_EQ(gpu.iommu_group, std::nullopt);
  EXPECT_EQ(gpu.power_state, "");
}

TEST_F(Functions, WithinTheRootComplexHaveNoLink) {
  set("current_link_speed", "Unknown\n");
  set("current_link_width", "0\n");
  set("max_link_speed", "Unknown\n");
  set("max_link_width", "255\n");
  const auto gpu = read();
  EXPECT_TRUE(gpu.is_pcie);
  EXPECT_EQ(gpu.link_now, std::nullopt);
  EXPECT_EQ(gpu.link_most, std::nullopt);
}

TEST_F(Functions, ShowTheirOverride) {
  set("driver_override", "vfio-pci\n");
  EXPECT_EQ(read().driver_override, "vfio-pci");
}

TEST_F(Functions, WithVirtualFunctionsNameThem) {
  set("sriov_totalvfs", "8\n");
  set("sriov_numvfs", "2\n");
  const auto folder = PciTree::folder_of(machine.gpu);
  machine.tree.link(folder + "/virtfn0", "../0000:01:00.2").link(folder + "/virtfn1", "../0000:01:00.3");
  machine.tree.link(PciTree::folder_of(machine.audio) + "/physfn", "../0000:01:00.0");
  EXPECT_EQ(read().sriov, (Sriov{std::nullopt, 8, 2, {at("0000:01:00.2"), at("0000:01:00.3")}}));
  EXPECT_EQ(read("0000:01:00.1").sriov, (Sriov{at("0000:01:00.0"), 0, 0, {}}));
}

TEST_F(Functions, WithRubbishInAFileAreKeptWithAProblem) {
  set("modalias", "pci:v000010DE\n");
  set("class", "");
  set("vendor", "what\n");
  set("numa_node", "-7\n");
  set("current_link_width", "many\n");
  set("revision", "0x1ff\n");
  set("power_state", std::string(1U << 20U, 'x'));
  set("reset_method", "flr \x80\xff\n");
  set("resource", "0x1 0x2 0x3\n");
  const auto gpu = read();
  EXPECT_EQ(gpu.device, 0x2330);
  EXPECT_EQ(problem("class"), "holds '', not a number up to 0xffffff\n");
  EXPECT_EQ(problem("vendor"), "holds 'what', not a number up to 0xffff\n");
  EXPECT_EQ(problem("numa_node"), "holds '-7', not a node's number\n");
  EXPECT_NE(problem("current_link_width"), "");
  EXPECT_NE(problem("revision"), "");
  EXPECT_NE(problem("power_state"), "");
  EXPECT_EQ(problem("reset_method"), "holds 'flr \\x80\\xff'\n");
  EXPECT_EQ(problem("resource"), "has 1 lines, not 7\n");
}

TEST_F(Functions, WithoutIdentityAreKeptWithAProblem) {
  const auto folder = PciTree::folder_of(machine.gpu);
  machine.tree.remove(folder + "/modalias").remove(folder + "/vendor");
  EXPECT_EQ(read().vendor, 0);
  EXPECT_EQ(problem("vendor"), "is missing\n");
}

TEST_F(Functions, WhoseFilesAreNoFilesAreKeptWithAProblem) {
  const auto folder = PciTree::folder_of(machine.gpu);
  machine.tree.remove(folder + "/numa_node").link(folder + "/numa_node", "numa_node");
  machine.tree.remove(folder + "/modalias").remove(folder + "/class").dir(folder + "/class");
  machine.tree.remove(folder + "/driver").file(folder + "/driver", "nvidia");
  machine.tree.remove(folder + "/config").dir(folder + "/config");
  machine.tree.remove(folder + "/iommu_group").link(folder + "/iommu_group", "../nonsense");
  const auto gpu = read();
  for (const auto* const name : {"numa_node", "class", "driver", "config", "iommu_group"}) {
    EXPECT_NE(problem(name), "") << name;
  }
  EXPECT_EQ(gpu.driver, std::nullopt);
  EXPECT_EQ(gpu.iommu_group, std::nullopt);
}

TEST_F(Functions, ThatCannotBeEnteredAreAProblem) {
  machine.tree.link("/sys/bus/pci/devices/0000:05:00.0", "0000:05:00.0");
  machine.tree.link("/sys/bus/pci/devices/0000:06:00.0", "../../../devices/gone");
  machine.tree.dir("/sys/bus/pci/devices/not-a-function");
  const auto read = machine.read();
  EXPECT_EQ(read.devices.size(), 6U);
  EXPECT_NE(test::problems_of(read, "/sys/bus/pci/devices/0000:05:00.0"), "");
  EXPECT_NE(test::problems_of(read, "/sys/bus/pci/devices/0000:06:00.0"), "");
  EXPECT_NE(test::problems_of(read, "/sys/bus/pci/devices/not-a-function"), "");
}

/// A kernel in which the read of one function's driver_override does not return.
class BlockedHost : public Host {
 public:
  using Host::Host;
  [[nodiscard]] std::vector<Result<std::string>> guarded_attributes(
      const std::vector<std::string>& paths, std::chrono::milliseconds) const override {
    std::vector<Result<std::string>> values;
    for (const auto& path : paths) {
      if (path.find("0000:01:00.0") == path.npos) {
        values.push_back(attribute(path));
      } else {
        values.emplace_back(fail(ErrorKind::timeout, "read " + path + ": the kernel does not answer"));
      }
    }
    return values;
  }
};

TEST_F(Functions, WhoseOverrideDoesNotAnswerAreKeptWithAProblem) {
  const BlockedHost host(machine.tree.root());
  const auto read = discover::read_inventory(host);
  ASSERT_TRUE(read);
  inventory = *read;
  EXPECT_EQ(inventory.devices.size(), 6U);
  EXPECT_EQ(problem("driver_override"), "the kernel does not answer\n");
}

TEST(Discover, WithoutABusIsAnError) {
  const test::Tree tree;
  const auto read = discover::read_inventory(Host(tree.root()));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::not_found);
  EXPECT_NE(read.error().what.find("/sys/bus/pci/devices"), std::string::npos);
}

TEST(Discover, RefusesARootTooLongForLibpci) {
  test::Tree tree;
  std::string root;
  for (int i = 0; i < 5; ++i) root += "/" + std::string(200, 'x');
  tree.dir(root + "/sys/bus/pci/devices/0000:00:00.0");
  // Of a captured machine the files are read without libpci.
  EXPECT_TRUE(discover::read_inventory(Host(tree.at(root))));
  struct Live : Host {
    explicit Live(const std::filesystem::path& at) : Host(at, Alive::yes) {}
  };
  const auto read = discover::read_inventory(Live(tree.at(root)));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace gpupass::discover
