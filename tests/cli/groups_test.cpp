// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "discover/machine.hpp"
#include "gpupass/core/json.hpp"
#include "support/command.hpp"

namespace gpupass {
namespace {

using core::Json;

class Groups : public ::testing::Test {
 protected:
  [[nodiscard]] test::Said groups(const std::vector<std::string>& arguments) {
    return test::run(cli::groups, machine.host, arguments);
  }
  [[nodiscard]] Json group(int number, std::vector<std::string> arguments = {"--all"}) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const auto said = groups(arguments);
    const auto document = Json::parse(said.out);
    for (const auto& found : document.at("groups")) {
      if (found.at("number") == number) return found;
    }
    ADD_FAILURE() << "no group " << number << " in " << said.out << said.err;
    return nullptr;
  }
  /// A member's role.
  [[nodiscard]] static std::string role(const Json& group, const std::string& address) {
    for (const auto& member : group.at("members")) {
      if (member.at("address") == address) return member.at("role");
    }
    return "absent";
  }
  void add(const std::string& address, const std::string& driver, int number,
           std::uint32_t class_code = 0x020000) {
    machine.pci.add({.address = address,
                     .bus = "pci0000:00/0000:00:01.0",
                     .class_code = class_code,
                     .driver = driver,
                     .group = number});
  }

  test::Machine machine;
};

TEST_F(Groups, OfAGraphicsCardPassWithTheirBridge) {
  const auto found = group(1, {});
  EXPECT_EQ(found.at("passes"), "yes");
  EXPECT_EQ(role(found, "0000:00:01.0"), "bridge");
  EXPECT_EQ(role(found, "0000:01:00.0"), "card");
  EXPECT_EQ(role(found, "0000:01:00.1"), "card");
  const auto said = groups({});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.out.find("0000:02:00.0"), std::string::npos);  // not asked for
}

TEST_F(Groups, WithAStrangerDoNot) {
  add("0000:01:01.0", "r8169", 1);
  add("0000:01:02.0", "vfio-pci", 1);
  add("0000:01:03.0", "", 1);
  const auto found = group(1, {});
  EXPECT_EQ(found.at("passes"), "no");
  EXPECT_EQ(role(found, "0000:01:01.0"), "in-the-way");
  EXPECT_EQ(role(found, "0000:01:02.0"), "free");
  EXPECT_EQ(role(found, "0000:01:03.0"), "free");
  const auto said = groups({});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.out.find("Group 1 cannot be passed through: 0000:01:01.0"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("r8169"), std::string::npos);
  EXPECT_EQ(said.out.find("0000:01:02.0 ("), std::string::npos);
}

TEST_F(Groups, PassWhenTheStrangerIsAskedForToo) {
  add("0000:01:01.0", "r8169", 1);
  EXPECT_EQ(group(1, {"01:00", "01:01.0"}).at("passes"), "yes");
  EXPECT_EQ(groups({"01:00", "01:01.0"}).status, 0);
}

TEST_F(Groups, OfWhatWasNamed) {
  const auto found = group(2, {"02:00.0"});
  EXPECT_EQ(role(found, "0000:02:00.0"), "card");
  EXPECT_EQ(groups({"09:00.0"}).status, exit_code(ErrorKind::not_found));
}

TEST_F(Groups, OfOtherDevicesPassAloneOrAsAWhole) {
  EXPECT_EQ(group(2).at("passes"), "yes");
  EXPECT_EQ(role(group(2), "0000:02:00.0"), "endpoint");
  machine.pci.add({.address = "0000:00:1f.4", .driver = "i801_smbus", .group = 3});
  EXPECT_EQ(group(3).at("passes"), "as-a-whole");
  const auto said = groups({"--all"});
  EXPECT_EQ(said.status, 0);
  EXPECT_NE(said.out.find("whole: several cards"), std::string::npos);
}

TEST_F(Groups, OfBridgesHaveNothingToPass) {
  add("0000:01:1f.0", "pcieport", 8, 0x060400);
  EXPECT_EQ(group(8).at("passes"), "nothing");
}

TEST_F(Groups, ThatACardIsNotInAreSaid) {
  machine.pci.add({.address = "0000:00:02.0", .class_code = 0x030000, .driver = "i915"});
  const auto said = groups({});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.out.find("0000:00:02.0 is in no IOMMU group"), std::string::npos);
}

TEST_F(Groups, AreNoTableWhereThereAreNone) {
  for (const auto& function : {machine.gpu, machine.audio, machine.nvme, machine.nic}) {
    machine.tree.remove(test::PciTree::folder_of(function) + "/iommu_group");
  }
  machine.tree.remove("/sys/devices/pci0000:00/0000:00:01.0/iommu_group");
  machine.tree.remove("/sys/devices/pci0000:00/0000:00:06.0/iommu_group");
  machine.tree.file("/sys/firmware/acpi/tables/DMAR");
  const auto said = groups({"--all"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(std::count(said.out.begin(), said.out.end(), '\n'), 1) << said.out;
  EXPECT_NE(said.out.find("intel_iommu=on"), std::string::npos);
  machine.tree.file("/sys/hypervisor/type", "xen\n").file("/proc/xen/capabilities", "control_d\n");
  EXPECT_NE(groups({}).out.find("Xen"), std::string::npos);
  EXPECT_FALSE(Json::parse(groups({"--format", "json"}).out).at("no_groups").is_null());
}

TEST_F(Groups, WithoutAGpuSaySo) {
  machine.tree.remove("/sys/bus/pci/devices/0000:01:00.0");
  const auto said = groups({});
  EXPECT_EQ(said.status, 0);
  EXPECT_NE(said.out.find("There is no GPU"), std::string::npos);
}

}  // namespace
}  // namespace gpupass
