// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include <set>

#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass {
namespace {

using test::at;
using test::card;
using test::machine;
using ::testing::HasSubstr;

TEST(Judge, AGoodMachineIsFineThroughout) {
  const auto findings = judge::findings_of(machine(), card());
  EXPECT_EQ(judge::worst(findings), Severity::fine);
  for (const auto& finding : findings) {
    EXPECT_FALSE(finding.rule.empty()) << finding.what;
    EXPECT_FALSE(finding.evidence.empty()) << finding.rule;
    EXPECT_TRUE(finding.remedy.empty()) << finding.rule;
  }
}

/// Every rule that applies says so, in the order of the table.
TEST(Judge, FindingsComeInTheOrderOfTheRules) {
  std::vector<std::string> ids, found;
  for (const auto& rule : judge::asked_on(Occasion::doctor)) {
    const std::string id = rule.id;
    // What is so of few machines is said of those alone.
    const bool silent =
        id == "sriov" || id == "nvswitch-fabric" || id == "sys-writable" || id == "domain-use";
    if (!silent) ids.push_back(id);
  }
  for (const auto& finding : judge::findings_of(machine(), card())) {
    if (found.empty() || found.back() != finding.rule) found.push_back(finding.rule);
  }
  EXPECT_EQ(found, ids);
}

TEST(Judge, FindingsOfOneRuleComeInTheOrderOfTheFunctions) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.1").header_type = HeaderType::unreadable;
  std::vector<PciAddress> order;
  for (const auto& finding : judge::findings_of(inventory, card())) {
    if (finding.rule == "dead-device") order.push_back(*finding.device);
  }
  EXPECT_EQ(order, card().functions);
}

// ---- occasions --------------------------------------------------------------------------------------

std::set<std::string> asked(Occasion occasion) {
  std::set<std::string> ids;
  for (const auto& rule : judge::table())
    if (rule.occasions.contains(occasion) || rule.others.contains(occasion)) ids.insert(rule.id);
  return ids;
}

const std::set<std::string> k_containers = {
    "driver-versions", "device-nodes",   "cdi-files",    "cdi-names", "cdi-current",    "docker-confined",
    "selinux-labels",  "toolkit-legacy", "mapped-users", "mig-nodes", "fabric-manager", "nccl-namespaces"};

/// Of those that are about what is to be passed through.
std::set<std::string> all_but(const std::set<std::string>& without) {
  std::set<std::string> ids;
  for (const auto& rule : judge::table())
    if (!without.contains(rule.id) && !k_containers.contains(rule.id)) ids.insert(rule.id);
  return ids;
}

TEST(Occasions, HaveTheirRules) {
  using Ids = std::set<std::string>;
  EXPECT_EQ(asked(Occasion::doctor), all_but({}));
  EXPECT_EQ(asked(Occasion::attach), all_but({}));
  EXPECT_EQ(asked(Occasion::start), all_but({}));
  EXPECT_EQ(asked(Occasion::bind), all_but({"group-viable", "kvm-usable", "interrupt-remapping"}));
  EXPECT_EQ(asked(Occasion::boot),
            all_but({"group-viable", "kvm-usable", "interrupt-remapping", "device-held", "boot-display"}));
  EXPECT_EQ(asked(Occasion::company), Ids{"group-viable"});
  EXPECT_EQ(asked(Occasion::claim), Ids{"domain-use"});
  EXPECT_EQ(asked(Occasion::loan), Ids{"device-held"});
  EXPECT_EQ(asked(Occasion::boot_without), Ids{"boot-display"});
  EXPECT_EQ(asked(Occasion::give_back), (Ids{"device-held", "sys-writable"}));
  EXPECT_EQ(asked(Occasion::write_xml), Ids{"header-type"});
  EXPECT_EQ(asked(Occasion::container), k_containers);
}

TEST(Occasions, ARuleAsksOneThingOnEach) {
  for (const auto& rule : judge::table()) {
    for (auto occasion = Occasion::doctor; occasion <= Occasion::container;
         occasion = static_cast<Occasion>(static_cast<int>(occasion) + 1))
      EXPECT_FALSE(rule.occasions.contains(occasion) && rule.others.contains(occasion)) << rule.id;
  }
}

std::vector<std::string> ids_of(const std::vector<Finding>& findings) {
  std::vector<std::string> ids;
  for (const auto& finding : findings) ids.push_back(finding.rule);
  return ids;
}

/// The card is open in a process, and shares its group with a network card of the host's.
Inventory in_use() {
  auto inventory = machine();
  inventory.holders.push_back(test::process("0000:01:00.0", "/dev/nvidia0", 4711, "blender"));
  test::device_of(inventory, "0000:03:00.0").iommu_group = 1;
  std::erase_if(inventory.holders, [](const Holder& holder) { return holder.kind == HolderKind::route; });
  inventory.groups[1].members.push_back(at("0000:03:00.0"));
  inventory.groups.pop_back();
  return inventory;
}

TEST(Occasions, AtAStartIsFoundWhatNobodyCouldAgreeToBefore) {
  const auto inventory = in_use();
  EXPECT_EQ(ids_of(judge::obstacles(inventory, card(), Occasion::attach)),
            (std::vector<std::string>{"group-viable", "device-held"}));
  EXPECT_EQ(ids_of(judge::obstacles(inventory, card(), Occasion::start)),
            std::vector<std::string>{"group-viable"});
  EXPECT_EQ(ids_of(judge::obstacles(inventory, card(), Occasion::loan)),
            std::vector<std::string>{"device-held"});
  auto held = inventory;
  held.holders.push_back(test::process("0000:01:00.0", "/dev/vfio/1", 99, "qemu-system-x86"));
  EXPECT_EQ(ids_of(judge::obstacles(held, card(), Occasion::start)),
            (std::vector<std::string>{"group-viable", "device-held"}));
}

TEST(Occasions, ObstaclesAreOnlyWhatBlocks) {
  EXPECT_TRUE(judge::obstacles(machine(), card(), Occasion::attach).empty());
}

// ---- a companion that is refused --------------------------------------------------------------------

/// The card has a USB controller in a group of its own, with a stick that is mounted.
Inventory with_stick(int group) {
  auto inventory = machine();
  auto usb = test::device("0000:01:00.2", 0x0c0330, "USB controller", "xhci_hcd", group);
  for (auto* const function :
       {&test::device_of(inventory, "0000:01:00.0"), &test::device_of(inventory, "0000:01:00.1"), &usb})
    function->vendor = 0x10de;
  usb.bridges = {at("0000:00:01.0")};
  inventory.devices.insert(inventory.devices.begin() + 4, usb);
  if (group == 1) {
    inventory.groups[1].members.push_back(usb.address);
  } else {
    inventory.groups.push_back({group, "DMA", {usb.address}, inventory.groups[0].reserved_regions});
  }
  inventory.holders.push_back({usb.address, HolderKind::mount, "/dev/sda1", "/var/backup", 0, ""});
  return inventory;
}

std::vector<Finding> refused(const std::vector<Finding>& findings) {
  std::vector<Finding> refused;
  for (const auto& finding : findings) {
    if (finding.severity == Severity::blocks && finding.consent == Consent::impossible)
      refused.push_back(finding);
  }
  return refused;
}

const Target k_with_usb{{at("0000:01:00.0"), at("0000:01:00.1"), at("0000:01:00.2")}};

TEST(Judge, ACompanionThatIsRefusedMayBeLeftOut) {
  const auto findings = refused(judge::findings_of(with_stick(9), k_with_usb));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(
      findings[0].remedy,
      "once the host can do without it: `umount /var/backup`; or pass 0000:01:00.0 without 0000:01:00.2: "
      "`--only`");
}

/// What else would refuse the rest is not asked then.
TEST(Judge, OnlyIsNotOfferedWhereNotEveryRuleIsAsked) {
  auto inventory = with_stick(9);
  inventory.domain_uses = {{at("0000:01:00.2"), "vm2", false, "", "", ""}};
  const auto claimed = refused(judge::findings_of(inventory, k_with_usb, Occasion::claim));
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].remedy.find("--only"), std::string::npos) << claimed[0].remedy;
}

TEST(Judge, ACompanionThatTheGroupDemandsMayNot) {
  for (const auto& finding : refused(judge::findings_of(with_stick(1), k_with_usb)))
    EXPECT_EQ(finding.remedy.find("--only"), std::string::npos) << finding.remedy;
}

TEST(Judge, NorMayOneWhoseCardIsRefusedForAnotherReason) {
  auto inventory = with_stick(9);
  inventory.groups[1].reserved_regions->push_back({0x1000, 0x1fff, "direct"});
  const auto findings = refused(judge::findings_of(inventory, k_with_usb));
  EXPECT_GT(findings.size(), 1U);
  for (const auto& finding : findings)
    EXPECT_EQ(finding.remedy.find("--only"), std::string::npos) << finding.remedy;
}

TEST(Judge, WhatIsNoCompanionIsNotLeftOutByOnly) {
  auto inventory = with_stick(9);
  for (const auto& finding :
       refused(judge::findings_of(inventory, {{at("0000:01:00.0"), at("0000:02:00.0")}})))
    EXPECT_EQ(finding.remedy.find("--only"), std::string::npos) << finding.remedy;
  for (const auto& finding : refused(judge::findings_of(inventory, {{at("0000:01:00.2")}})))
    EXPECT_EQ(finding.remedy.find("--only"), std::string::npos) << finding.remedy;
}

TEST(Judge, WhatBlocksOutweighsTheRest) {
  auto inventory = machine();
  inventory.kvm.probe.reset();
  EXPECT_EQ(judge::worst(judge::findings_of(inventory, card())), Severity::unmeasured);
  EXPECT_EQ(judge::worst(judge::findings_of(inventory, {{at("0000:02:00.0")}})), Severity::blocks);
  EXPECT_EQ(judge::worst({}), Severity::fine);
}

TEST(Judge, WithoutATargetTheMachineAloneIsJudged) {
  for (const auto& finding : judge::findings_of(machine(), {}))
    EXPECT_EQ(finding.device, std::nullopt) << finding.rule;
}

TEST(Judge, EveryRuleHasItsOwnIdAndItsProse) {
  std::set<std::string> ids;
  for (const auto& rule : judge::table()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_NE(std::string(rule.title), "");
    EXPECT_THAT(rule.meaning, HasSubstr("."));
  }
  EXPECT_EQ(ids.size(), 30U);
}

}  // namespace
}  // namespace gpupass
