// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "judge/machine.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
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

TEST(DeviceHeld, WhatARunningGuestHasIsNotTakenFromIt) {
  const auto finding = judged({process("0000:01:00.0", "/dev/vfio/1", 99, "qemu-system-x86"),
                               process("0000:01:00.1", "/dev/vfio/1", 99, "qemu-system-x86")});
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.what, HasSubstr("a running guest has 0000:01:00.0 and 0000:01:00.1"));
  EXPECT_THAT(finding.remedy, HasSubstr("gpupass detach"));
}

TEST(DeviceHeld, SaysWhenOtherUsersProcessesStayHidden) {
  auto inventory = machine();
  inventory.holders_complete = false;
  inventory.problems = {{"/proc/*/fd", "the open files of 3 processes may not be seen"}};
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
}  // namespace gpupass::rules
