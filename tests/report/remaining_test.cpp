// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/remaining.hpp"

#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

using How = FileChange::How;

TEST(Remaining, OfNothingNothingIsSaid) {
  EXPECT_EQ(remaining_text({}, "gpupass bind --persist"), "");
}

TEST(Remaining, EachFileIsChangedByTheCommandThatDoesIt) {
  const RemainingStep step{"turn the IOMMU on at boot",
                           {{How::remove, "/a", {}, {}, {}},
                            {How::set_mode, "/b", 0600, {}, {}},
                            {How::install, "/c", 0755, "/usr/share/c", {}},
                            {How::patch, "/d", {}, {}, "--- /d\n+++ /d\n"}},
                           {"update-grub", "-q"}};
  EXPECT_EQ(
      remaining_text({step, {"again", {}, {}}}, "gpupass bind --persist 0000:01:00.0"),
      "\nStill to do, by you or by gpupass:\n"
      "  1. turn the IOMMU on at boot\n"
      "     rm /a\n"
      "     chmod 600 /b\n"
      "     install -D -m 755 /usr/share/c /c\n"
      "     change /d:\n"
      "       --- /d\n"
      "       +++ /d\n"
      "     update-grub -q\n"
      "  2. again\n"
      "`gpupass bind --persist 0000:01:00.0 --apply` does exactly this, and records the previous state.\n");
}

}  // namespace
}  // namespace gpupass::report
