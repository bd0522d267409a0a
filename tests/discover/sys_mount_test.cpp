// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/sys_mount.hpp"

#include <gtest/gtest.h>

#include "support/tree.hpp"

namespace gpupass::discover {
namespace {

const std::string k_root = "22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n";

bool is_read_only(const std::string& mounts) {
  test::Tree tree;
  tree.file("/proc/self/mountinfo", mounts);
  return is_sys_read_only(Host(tree.root()));
}

TEST(SysMount, IsReadOnlyWhereTheMountOrItsFileSystemIs) {
  EXPECT_FALSE(is_read_only(k_root + "25 22 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"));
  EXPECT_TRUE(is_read_only(k_root + "25 22 0:22 / /sys ro,nosuid - sysfs sysfs rw\n"));
  EXPECT_TRUE(is_read_only(k_root + "25 22 0:22 / /sys rw,nosuid - sysfs sysfs ro\n"));
}

TEST(SysMount, TheDeepestAndTheLastOfTwoCounts) {
  const std::string sys = "25 22 0:22 / /sys ro,nosuid - sysfs sysfs rw\n";
  EXPECT_FALSE(is_read_only(k_root + sys + "26 25 0:22 /bus /sys/bus rw - sysfs sysfs rw\n"));
  EXPECT_FALSE(is_read_only(k_root + sys + "26 25 0:22 / /sys rw - sysfs sysfs rw\n"));
  EXPECT_TRUE(is_read_only(k_root + sys + "26 25 0:6 / /sys/busy rw - tmpfs tmpfs rw\n"));
  EXPECT_TRUE(is_read_only(k_root + sys + "26 25 0:6 / /sys/firmware rw - tmpfs tmpfs rw\n"));
}

TEST(SysMount, IsNotCalledReadOnlyWhereNothingIsKnown) {
  EXPECT_FALSE(is_read_only(""));
  EXPECT_FALSE(is_read_only("nonsense\n1 2 3 4 /sys ro\n"));
  EXPECT_FALSE(is_sys_read_only(Host(test::Tree().root())));
}

}  // namespace
}  // namespace gpupass::discover
