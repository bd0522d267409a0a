// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/guest_pci.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "virt/templates.hpp"

namespace gpupass::virt {
namespace {

using test::at;
using testing::HasSubstr;

Document domain(const std::string& os, const std::string& devices, const std::string& type = "kvm") {
  auto document = Document::parse(
      fmt::format("<domain type='{}'><os>{}</os><devices>{}</devices></domain>", type, os, devices),
      "domain XML", "domain");
  EXPECT_TRUE(document) << document.error().what;
  return std::move(document).value();
}

std::string root_of(const std::string& os, const std::string& devices = {}, const std::string& type = "kvm") {
  const auto root = pci_root(domain(os, devices, type));
  if (root) return *root == PciRoot::express ? "express" : "conventional";
  EXPECT_EQ(root.error().kind, ErrorKind::unsupported);
  return root.error().what;
}

TEST(PciRoot, IsToldByTheMachineTypeAndItsVersions) {
  for (const auto* const machine : {"q35", "pc-q35-7.2", "virt", "virt-7.2"}) {
    EXPECT_EQ(root_of(fmt::format("<type arch='x86_64' machine='{}'>hvm</type>", machine)), "express");
  }
  for (const auto* const machine : {"pc", "pc-i440fx-7.2", "pc-1.3", "pseries"}) {
    EXPECT_EQ(root_of(fmt::format("<type arch='x86_64' machine='{}'>hvm</type>", machine)), "conventional");
  }
}

TEST(PciRoot, IsToldByTheRootControllerWhateverTheMachine) {
  EXPECT_EQ(root_of("<type machine='sbsa-ref'>hvm</type>", "<controller type='pci' model='pcie-root'/>"),
            "express");
  EXPECT_EQ(root_of("<type machine='own'>hvm</type>", "<controller type='pci' model='pci-root'/>"),
            "conventional");
}

TEST(PciRoot, IsLibvirtsOwnChoiceWhereNoMachineIsNamed) {
  EXPECT_EQ(root_of("<type arch='x86_64'>hvm</type>"), "conventional");
  EXPECT_EQ(root_of("<type arch='aarch64'>hvm</type>"), "express");
  EXPECT_THAT(root_of("<type>hvm</type>"), HasSubstr("names no machine type"));
  EXPECT_THAT(root_of("<type arch='s390x'>hvm</type>"), HasSubstr("names no machine type"));
}

TEST(PciRoot, IsRefusedWhereACardCannotGo) {
  EXPECT_THAT(root_of("<type arch='s390x' machine='s390-ccw-virtio'>hvm</type>"),
              HasSubstr("s390-ccw-virtio"));
  EXPECT_THAT(root_of("<type machine='isapc'>hvm</type>"), HasSubstr("machine type 'isapc'"));
  EXPECT_THAT(root_of("<type machine='pcx'>hvm</type>"), HasSubstr("machine type 'pcx'"));
  EXPECT_THAT(root_of("<type machine='q35'>exe</type>", {}, "lxc"), HasSubstr("type 'lxc'"));
  EXPECT_THAT(root_of("<type machine='xenfv'>hvm</type>", {}, "xen"), HasSubstr("type 'xen'"));
}

constexpr const char* k_ports = R"(
  <controller type='usb' index='0'><address type='pci' bus='0x01'/></controller>
  <controller type='pci' index='0' model='pcie-root'/>
  <controller type='pci' index='1' model='pcie-root-port'><address type='pci' slot='0x02'/></controller>
  <controller type='pci' index='2' model='pcie-root-port'><address type='pci' slot='0x02' function='1'/></controller>
  <controller type='pci' index='3' model='pcie-root-port'><target hotplug='off'/></controller>
  <controller type='pci' index='9' model='pcie-switch-downstream-port'><alias name='ua-d'/></controller>
  <controller type='pci' index='10' model='pcie-root-port'/>
  <controller type='pci' index='4' model='pcie-to-pci-bridge'><address type='pci' bus='10' slot='0'/></controller>)";

TEST(FreePorts, AreThoseThatTakeADeviceAndHaveNone) {
  auto document = domain("", k_ports);
  const auto pci = guest_pci(document).value();
  std::vector<int> free;
  for (const auto& port : free_ports(pci)) free.push_back(port.index);
  EXPECT_EQ(free, (std::vector<int>{2, 9}));
  EXPECT_TRUE(pci.has_alias("ua-d"));
  EXPECT_FALSE(pci.has_alias("ua-e"));
}

TEST(NextBus, IsTheLowestThatNeitherAControllerNorAnAddressHas) {
  auto document =
      domain("", std::string(k_ports) + "<interface><address type='pci' bus='0x05'/></interface>");
  EXPECT_EQ(next_bus(guest_pci(document).value()), 6);
}

TEST(NextBus, FailsWhenAllAreTaken) {
  std::string controllers;
  for (int i = 0; i < 256; ++i) controllers += fmt::format("<controller type='pci' index='{}'/>", i);
  auto document = domain("", controllers);
  const auto bus = next_bus(guest_pci(document).value());
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().kind, ErrorKind::unsupported);
}

TEST(GuestPci, RefusesAnIndexThatIsNoBusNumber) {
  // Unlike a bus it has no octal and no hexadecimal form.
  for (const auto* const bad : {"0x5", "256", "", "-1"}) {
    auto document = domain("", fmt::format("<controller type='pci' index='{}'/>", bad));
    const auto pci = guest_pci(document);
    ASSERT_FALSE(pci) << bad;
    EXPECT_THAT(pci.error().what, HasSubstr(fmt::format("element 'controller': '{}'", bad)));
  }
  auto document = domain("", "<controller type='pci' index='010'/>");
  EXPECT_EQ(guest_pci(document)->buses.front().index, 10);
}

TEST(FreeSlots, LeaveOutWhatTheMachineNeedsAndWhatIsTaken) {
  auto document =
      domain("", R"(<disk><address type='pci' slot='3'/></disk><disk><address type='pci' slot='0x05'/></disk>
      <controller type='pci' index='1' model='pci-bridge'><address type='pci' slot='4'/></controller>)");
  const auto slots = free_slots(guest_pci(document).value());
  ASSERT_EQ(slots.size(), 26U + 31U);
  EXPECT_EQ(slots.front(), at("0000:00:06.0"));
  EXPECT_EQ(slots[26], at("0000:01:01.0"));
}

}  // namespace
}  // namespace gpupass::virt
