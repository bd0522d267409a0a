// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "judge/machine.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

using test::at;
using test::card;
using test::machine;
using test::only;
using test::target;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(HostDepends, ACardThatNothingIsOnIsFine) {
  const auto finding = only(host_depends(machine(), card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "0000:01:00.0 and 0000:01:00.1 carry no file system, swap or route of the host");
}

TEST(HostDepends, TheRootDiskIsNeverGivenAway) {
  const auto finding = only(host_depends(machine(), target("0000:02:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, "the host needs 0000:02:00.0 for the file system on /");
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/proc/self/mountinfo", "/dev/nvme0n1p2 on /"}));
  EXPECT_THAT(finding.remedy, HasSubstr("choose another device"));
}

TEST(HostDepends, OtherFileSystemsAndSwapAreNeitherButCanBeEnded) {
  auto inventory = machine();
  inventory.holders = {{at("0000:02:00.0"), HolderKind::mount, "/dev/nvme0n1p1", "/data", 0, ""},
                       {at("0000:02:00.0"), HolderKind::swap, "/dev/nvme0n1p2", "swap", 0, ""}};
  const auto finding = only(host_depends(inventory, target("0000:02:00.0")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what,
            "the host needs 0000:02:00.0 for the file system on /data and swap on /dev/nvme0n1p2");
  EXPECT_EQ(finding.remedy, "once the host can do without: `umount /data` and `swapoff /dev/nvme0n1p2`");
}

TEST(HostDepends, TheOnlyDefaultRouteIsNeverGivenAway) {
  const auto finding = only(host_depends(machine(), target("0000:03:00.0")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the default route through eth0");
  EXPECT_THAT(finding.remedy, HasSubstr("`ip link set eth0 down`"));
}

TEST(HostDepends, TheDefaultRouteOutweighsTheOthers) {
  auto inventory = machine();
  inventory.holders.push_back({at("0000:03:00.0"), HolderKind::route, "eth0", "192.168.1.0/24", 0, ""});
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the default route through eth0");
  EXPECT_EQ(finding.evidence.size(), 2U);
  EXPECT_EQ(finding.remedy, "once the host can do without: `ip link set eth0 down`");
}

TEST(HostDepends, OneOfTwoDefaultRoutesIsAPersonsToGive) {
  auto inventory = machine();
  inventory.holders.push_back({at("0000:04:00.0"), HolderKind::route, "wlan0", "default", 0, ""});
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).consent, Consent::may_be_given);
}

TEST(HostDepends, BothDefaultRoutesAtOnceAreNot) {
  auto inventory = machine();
  inventory.devices.push_back(test::device("0000:04:00.0", 0x028000, "Network controller", "iwlwifi", 9));
  inventory.holders.push_back({at("0000:04:00.0"), HolderKind::route, "wlan0", "default", 0, ""});
  const auto findings = host_depends(inventory, {{at("0000:03:00.0"), at("0000:04:00.0")}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].consent, Consent::impossible);
  EXPECT_EQ(findings[1].consent, Consent::impossible);
}

TEST(HostDepends, AnotherRouteIsAPersonsToGive) {
  auto inventory = machine();
  inventory.holders.back().use = "10.1.0.0/16";
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the route to 10.1.0.0/16 through eth0");
}

/// As with a root file system on ZFS, whose disks the kernel does not name.
class HostDependsUnread : public ::testing::Test {
 protected:
  HostDependsUnread() {
    inventory.problems = {{"/proc/self/mountinfo", "the disks below / (zfs rpool) cannot be found"}};
    inventory.holders.clear();
  }
  Inventory inventory = machine();
};

TEST_F(HostDependsUnread, ADiskControllerIsAPersonsToGive) {
  const auto finding = only(host_depends(inventory, target("0000:02:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.evidence.size(), 1U);
  EXPECT_THAT(finding.remedy, HasSubstr("`zpool status -P`"));
}

TEST_F(HostDependsUnread, ANetworkCardIsWhereRoutesCannotBeRead) {
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).severity, Severity::fine);
  inventory.problems = {{"/proc/net/route", "Permission denied"}};
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.remedy, HasSubstr("`ip route`"));
}

TEST_F(HostDependsUnread, AGraphicsCardHasNothingBehindIt) {
  EXPECT_EQ(only(host_depends(inventory, card())).severity, Severity::fine);
}

TEST_F(HostDependsUnread, WhateverElseIsUnmeasured) {
  test::device_of(inventory, "0000:03:00.0").class_code = 0x0c0330;  // USB
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).severity, Severity::unmeasured);
}

}  // namespace
}  // namespace gpupass::rules
