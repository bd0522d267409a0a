// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/mountinfo.hpp"

#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

TEST(MountLine, HasItsOptionalFieldsBeforeTheDash) {
  for (const auto* const optional : {"", "shared:7 ", "shared:7 master:1 "}) {
    const auto text =
        std::string("36 35 259:2 /sub /boot rw,noatime ") + optional + "- ext4 /dev/nvme0n1p2 rw,discard";
    const auto mount = mount_line(text);
    ASSERT_TRUE(mount) << text;
    EXPECT_EQ(mount->device, "259:2");
    EXPECT_EQ(mount->subtree, "/sub");
    EXPECT_EQ(mount->point, "/boot");
    EXPECT_EQ(mount->options, "rw,noatime");
    EXPECT_EQ(mount->type, "ext4");
    EXPECT_EQ(mount->source, "/dev/nvme0n1p2");
    EXPECT_EQ(mount->settings, "rw,discard");
  }
}

TEST(MountLine, MayHaveNoSettingsAndIsNothingWithoutASource) {
  EXPECT_EQ(mount_line("25 30 0:22 / /sys ro - sysfs sysfs").value().settings, "");
  EXPECT_FALSE(mount_line("25 30 0:22 / /sys ro - sysfs"));
  EXPECT_FALSE(mount_line("25 30 0:22 / /sys ro shared:7"));
  EXPECT_FALSE(mount_line(""));
}

TEST(Paths, LieWithinAFolderAndNotBesideIt) {
  EXPECT_TRUE(lies_within("/a/b", "/a"));
  EXPECT_TRUE(lies_within("/a", "/a"));
  EXPECT_TRUE(lies_within("/a", "/"));
  EXPECT_FALSE(lies_within("/ab", "/a"));
  EXPECT_FALSE(lies_within("/", "/a"));
}

}  // namespace
}  // namespace gpupass::core
