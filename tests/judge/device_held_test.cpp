// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::card;
using test::machine;
using test::only;
using test::process;
using ::testing::HasSubstr;

Finding judged(std::vector<Holder> holders) {
  auto inventory = machine();
  inventory.holders = std::move(holders);
  return only(device_held(inventory, card()));
}

TEST(DeviceHeld, IsFineWhenNobodyHasIt) {
  EXPECT_EQ(judged({process("0000:00:02.0", "/dev/dri/card0", 1, "Xorg")}).severity, Severity::fine);
}

TEST(DeviceHeld, NamesTheProcessItsPidAndWhatItHasOpen) {
  const auto finding = judged({process("0000:01:00.0", "/dev/dri/card1", 4711, "blender"),
                               process("0000:01:00.0", "/dev/nvidia0", 4711, "blender")});
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what, "blender (pid 4711) has 0000:01:00.0 open: /dev/dri/card1 and /dev/nvidia0");
  EXPECT_EQ(finding.evidence.front(), (Evidence{"/proc/4711/fd", "/dev/dri/card1"}));
  EXPECT_EQ(finding.remedy, "end it: `kill 4711`");
}

TEST(DeviceHeld, EachProcessIsAFindingOfItsOwn) {
  auto inventory = machine();
  inventory.holders = {process("0000:01:00.0", "/dev/nvidia0", 10, "a"),
                       process("0000:01:00.1", "/dev/snd/controlC1", 10, "a"),
                       process("0000:01:00.0", "/dev/nvidia0", 20, "b")};
  const auto findings = device_held(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].what, HasSubstr("a (pid 10) has 0000:01:00.0 and 0000:01:00.1 open"));
  EXPECT_THAT(findings[1].what, HasSubstr("b (pid 20)"));
}

TEST(DeviceHeld, ServicesThatComeBackAreStoppedNotKilled) {
  EXPECT_EQ(judged({process("0000:01:00.0", "/dev/nvidia0", 7, "nvidia-persiste")}).remedy,
            "`systemctl stop nvidia-persistenced`");
  EXPECT_THAT(judged({process("0000:01:00.0", "/dev/dri/card1", 7, "Xorg")}).remedy,
              HasSubstr("systemctl isolate multi-user.target"));
  EXPECT_THAT(judged({process("0000:01:00.1", "/dev/snd/controlC1", 7, "pipewire")}).remedy,
              HasSubstr("systemctl --user stop"));
}

/// Of libvirt's guest vm1.
Holder of_domain(Holder holder) {
  holder.manager = "libvirt";
  holder.managed = "vm1";
  return holder;
}

TEST(DeviceHeld, WhatARunningGuestHasIsNotTakenFromIt) {
  const auto finding = judged({of_domain(process("0000:01:00.0", "/dev/vfio/1", 99, "qemu-system-x86")),
                               of_domain(process("0000:01:00.1", "/dev/vfio/1", 99, "qemu-system-x86"))});
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(
      finding.what,
      "the running guest vm1 has 0000:01:00.0 and 0000:01:00.1: qemu-system-x86 (pid 99) has /dev/vfio/1 "
      "open");
  EXPECT_EQ(
      finding.remedy,
      "take it out of that guest: `gpupass detach vm1 0000:01:00.0`; or shut it down: `virsh shutdown vm1`");
}

TEST(DeviceHeld, BeforeAReturnOnlyWhoHasTheGroupIsAskedAbout) {
  auto inventory = machine();
  inventory.holders = {process("0000:01:00.0", "/dev/nvidia0", 10, "blender")};
  EXPECT_TRUE(device_held_by_vfio(inventory, card()).empty());
  inventory.holders.push_back(of_domain(process("0000:01:00.1", "/dev/vfio/1", 99, "qemu-system-x86")));
  const auto finding = only(device_held_by_vfio(inventory, card()));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.what, HasSubstr("the running guest vm1 has 0000:01:00.1"));
  EXPECT_THAT(finding.what, HasSubstr("unbinding 0000:01:00.1 waits until it is closed"));
  EXPECT_EQ(finding.evidence, (std::vector<Evidence>{{"/proc/99/fd", "/dev/vfio/1"}}));
}

struct Stranger {
  const char* process;
  const char* program;
  const char* manager;
  const char* managed;
  const char* what;    // what it is
  const char* remedy;  // what its remedy has
};

class Strangers : public ::testing::TestWithParam<Stranger> {};

TEST_P(Strangers, AreNamedAsWhatTheyAre) {
  auto holder = process("0000:01:00.0", "/dev/vfio/1", 99, GetParam().process);
  holder.program = GetParam().program;
  holder.manager = GetParam().manager;
  holder.managed = GetParam().managed;
  const auto finding = judged({holder});
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.what, ::testing::StartsWith(std::string(GetParam().what) + " has 0000:01:00.0: "));
  EXPECT_THAT(finding.remedy, HasSubstr(GetParam().remedy));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("gpupass detach")));
}

INSTANTIATE_TEST_SUITE_P(
    DeviceHeld, Strangers,
    ::testing::Values(
        Stranger{"spdk_tgt", "spdk_tgt", "", "", "SPDK", "end it: `kill 99`"},
        Stranger{"reactor_0", "nvmf_tgt", "kubernetes", "0123456789ab", "SPDK", "`crictl stop 0123456789ab`"},
        Stranger{"vhost", "vhost", "", "", "SPDK", "`kill 99`"},
        Stranger{"dpdk-testpmd", "dpdk-testpmd", "", "", "DPDK", "`kill 99`"},
        Stranger{"ovs-vswitchd", "ovs-vswitchd", "systemd", "ovs-vswitchd.service", "DPDK",
                 "`ovs-vsctl del-port PORT`"},
        Stranger{"vpp_main", "vpp", "systemd", "vpp.service", "DPDK", "`systemctl stop vpp.service`"},
        Stranger{"qemu-system-x86", "qemu-system-x86_64", "", "", "a running guest", "`kill 99`"},
        Stranger{"kvm", "kvm", "proxmox", "101", "the running guest 101", "`qm shutdown 101`"},
        Stranger{"cloud-hyperviso", "cloud-hypervisor", "", "", "a running guest", "`ch-remote "},
        Stranger{"crosvm", "crosvm", "", "", "a running guest", "`crosvm stop SOCKET`"},
        Stranger{"firecracker", "firecracker", "docker", "0123456789ab", "a running guest",
                 "`docker stop 0123456789ab`"},
        Stranger{"trader", "trader", "", "", "a driver outside the kernel", "end it: `kill 99`"}));

TEST(DeviceHeld, SpdkIsToldToLetGoOfADiskAndEndedForAnythingElse) {
  auto inventory = machine();
  auto holder = process("0000:01:00.0", "/dev/vfio/1", 99, "reactor_0");
  holder.program = "spdk_tgt";
  inventory.holders = {holder};
  EXPECT_EQ(device_held(inventory, card()).front().remedy, "end it: `kill 99`") << "of a graphics card";
  for (auto& device : inventory.devices) device.class_code = 0x010802;
  EXPECT_THAT(device_held(inventory, card()).front().remedy,
              ::testing::StartsWith("`rpc.py bdev_nvme_detach_controller NAME` makes it release the device"));
}

TEST(DeviceHeld, AParentIsHeldThroughItsMediatedDevice) {
  auto holder = of_domain(process("0000:01:00.0", "/dev/vfio/20", 99, "qemu-system-x86"));
  holder.child = "5bfcd486-0000-4000-8000-97366690106f";
  const auto finding = judged({holder});
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(
      finding.what,
      "the running guest vm1 has the mediated device 5bfcd486-0000-4000-8000-97366690106f of 0000:01:00.0: "
      "qemu-system-x86 (pid 99) has /dev/vfio/20 open");
  EXPECT_EQ(finding.remedy, "shut that guest down: `virsh shutdown vm1`");
}

TEST(DeviceHeld, AParentIsHeldThroughItsVirtualFunction) {
  auto holder = of_domain(process("0000:01:00.0", "/dev/vfio/20", 99, "qemu-system-x86"));
  holder.child = "0000:01:00.4";
  const auto finding = judged({holder});
  EXPECT_THAT(finding.what, HasSubstr("the virtual function 0000:01:00.4 of 0000:01:00.0"));
  EXPECT_THAT(finding.remedy, HasSubstr("`gpupass detach vm1 0000:01:00.4`"));
}

TEST(DeviceHeld, ADiskThatIsOpenIsNeverTakenAway) {
  auto holder = process("0000:01:00.0", "/dev/dm-5", 99, "kvm");
  holder.use = "/dev/mapper/ssd-vm";
  holder.depth = 2;
  const auto of_guest = judged({holder});
  EXPECT_EQ(of_guest.consent, Consent::impossible);
  EXPECT_EQ(
      of_guest.what,
      "a running guest has a disk of 0000:01:00.0: kvm (pid 99) has /dev/dm-5 (/dev/mapper/ssd-vm) open");
  holder.process = "postgres";
  holder.manager = "systemd";
  holder.managed = "postgresql.service";
  const auto of_service = judged({holder});
  EXPECT_EQ(of_service.consent, Consent::impossible);
  EXPECT_EQ(of_service.what,
            "postgres (pid 99) has a disk of 0000:01:00.0 open: /dev/dm-5 (/dev/mapper/ssd-vm)");
  EXPECT_EQ(of_service.remedy, "end it: `systemctl stop postgresql.service`");
}

TEST(DeviceHeld, ADiskOverTheNetworkThatIsOpenIsSaidToBeOne) {
  auto holder = process("0000:01:00.0", "/dev/sdb", 99, "postgres");
  holder.depth = 1;
  holder.remote = "iSCSI from 10.0.0.5";
  const auto finding = judged({holder});
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what,
            "postgres (pid 99) has a disk over iSCSI from 10.0.0.5 through 0000:01:00.0 open: /dev/sdb");
}

TEST(DeviceHeld, SaysWhenOtherUsersProcessesStayHidden) {
  auto inventory = machine();
  inventory.holders_complete = false;
  inventory.problems = {{"/proc/*/fd", "the open files of 3 processes cannot be seen"}};
  const auto hidden = only(device_held(inventory, card()));
  EXPECT_EQ(hidden.severity, Severity::unmeasured);
  EXPECT_EQ(hidden.evidence.size(), 1U);

  inventory.holders.push_back(process("0000:01:00.0", "/dev/nvidia0", 10, "a"));
  const auto findings = device_held(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::blocks);
  EXPECT_THAT(findings[1].what, HasSubstr("another process"));
}

}  // namespace
}  // namespace gpupass::judge
