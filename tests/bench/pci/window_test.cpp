// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/window.hpp"

#include <gtest/gtest.h>

#include "support/tree.hpp"

namespace gpupass::bench::pci {
namespace {

TEST(PrefetchableBars, LeaveOutRegistersPortsRomAndWhatIsNotThere) {
  const std::string resource =
      "0x00000000fd000000 0x00000000fdffffff 0x0000000000040200\n"  // registers
      "0x0000380000000000 0x0000381fffffffff 0x000000000014220c\n"  // memory, 64 bits wide
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"  // its upper half
      "0x0000382000000000 0x0000382001ffffff 0x000000000014220c\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000002208\n"   // not assigned
      "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n"   // ports
      "0x00000000fe000000 0x00000000fe07ffff 0x0000000000046200\n";  // ROM
  EXPECT_EQ(prefetchable_bars(resource), (std::vector<Bar>{{1, 0x2000000000}, {3, 0x2000000}}));
}

TEST(PrefetchableBars, OfATextThatIsSomethingElseAreNone) {
  EXPECT_TRUE(prefetchable_bars("").empty());
  EXPECT_TRUE(prefetchable_bars("nonsense\n0x1 0x2\n").empty());
}

TEST(OpenWindow, RefusesAFunctionThatADriverUses) {
  gpupass::test::Tree tree;
  tree.link("/sys/bus/pci/devices/0000:01:00.0/driver", "../../../bus/pci/drivers/nvidia");
  const Host host(tree.root());
  const auto window = open_window(host, "0000:01:00.0", {1, 4096});
  ASSERT_FALSE(window);
  EXPECT_EQ(window.error().kind, ErrorKind::refused);
  EXPECT_EQ(window.error().hint, "`gpupass bind 0000:01:00.0` takes it away from its driver");
}

}  // namespace
}  // namespace gpupass::bench::pci
